# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # suites.sh has and reads the rest
# Running the suites: some next to each other, some alone, and what each came to.

lanes=2   # suites at a time: one alone does not fill two cores
workers=3 # files of tests at a time, of one suite: most of each is waiting
logs=build/test-logs results='' # results: this run's, how its suites ended

# processor_seconds FILE: the processor time of what this process has started and seen end. FILE is for `times`, which counts for
# nothing but the very process that calls it.
processor_seconds() {
  times >"$1"
  awk -F '[ms ]' 'NR == 2 { printf "%d\n", $1 * 60 + $2 + $4 * 60 + $5 }' "$1"
}

# run_suite PART NAME: PART is suite or alone. It has a process of its own, so that what ends it (a missing Node.js) ends only that
# suite. What it came to is a line of the file $results/PART_NAME.result, and the builds that it waited for are in .times.
run_suite() {
  local suite=$2 took result=$results/$1_$2 status=0 began=$SECONDS
  local times=$result.times
  : >"$times"
  rm -f "$result.counts"
  set +e # behind `||` or `if` errexit would be off inside
  (
    set -e
    trap 'printf "%d %d %d " $passed $failed $skipped >"$result.counts"; processor_seconds "$result.clock" >>"$result.counts"' EXIT
    "$1_$suite"
  )
  status=$?
  set -e
  took=$((SECONDS - began))
  printf '%d %d %d %s\n' "$status" "$took" "$(awk '{ sum += $1 } END { print sum + 0 }' "$times")" \
    "$(cat "$result.counts")" >"$result.result"
  printf '  %s took %d s\n' "$suite" "$took"
}

# lane NUMBER: runs the suites of the queue until there is none, next to other lanes, each line of its output under its name.
lane() {
  local suite
  export DRAWBRIDGE_TEST_LANE=$1 # its ports
  while suite=$(take_suite) && [[ -n $suite ]]; do
    run_suite suite "$suite" 2>&1 | sed -u "s/^/$(printf '%-9s' "$suite")/"
  done
}

take_suite() {
  (
    flock 9
    head -n 1 "$results/queue"
    sed -i 1d "$results/queue"
  ) 9>"$results/queue.lock"
}

# run_lanes SUITE...: each lane has a group of processes of its own, for Ctrl-C to end as it would end one in the foreground.
run_lanes() {
  local number pids=()
  printf '%s\n' "$@" >"$results/queue"
  workers=2
  set -m
  for ((number = 0; number < lanes; number++)); do
    lane "$number" &
    pids+=("$!")
  done
  set +m
  # shellcheck disable=SC2064 # now, while the names are known
  trap "kill -INT -- ${pids[*]/#/-} 2>/dev/null; exit 130" INT TERM
  wait "${pids[@]}" || true
  trap - INT TERM
  workers=3
}

# ahead_of SUITES: the suites that wait for servers leave half of the machine idle, so what the suites behind them need is
# compiled meanwhile, behind everything else. Sets `ahead`; ends with the tests.
ahead_of() {
  local later=()
  [[ " $* " != *" unit "* && " $* " != *" fuzz "* ]] || later+=(asan)
  [[ " $* " != *" tsan "* ]] || later+=(tsan)
  ((${#later[@]} > 0 && $# > ${#later[@]})) || return 0
  setup_packages || return 0 # before both need it at once
  say "compiling ${later[*]} meanwhile"
  # Linux weighs sessions against each other (autogroup), and `nice` only within one.
  # shellcheck disable=SC2016 # that shell expands it
  setsid nice -n 19 bash -c 'echo 19 2>/dev/null >/proc/self/autogroup || true; times=$1; for preset in "${@:2}"; do
      began=$SECONDS; ./dev build "$preset" || exit; echo "$((SECONDS - began)) (build $preset, meanwhile)" >>"$times"
    done' build "$results/ahead.times" "${later[@]}" >"$logs/ahead.log" 2>&1 </dev/null &
  ahead=$!
  # shellcheck disable=SC2064 # now, while the name is known
  trap "kill -TERM -- -$ahead 2>/dev/null || true; rm -rf '$results'" EXIT # it has mostly ended, which is not a failure
}

# test_verb [--long] [SUITE...]
test_verb() {
  local chosen=() suite
  for suite in "$@"; do
    if [[ $suite == --long ]]; then
      export DRAWBRIDGE_TEST_LONG=1
    elif [[ " ${long_suites[*]} " == *" $suite "* ]]; then
      chosen+=("$suite")
    else
      printf 'dev: unknown suite %s; there are: %s\n' "$suite" "${long_suites[*]}" >&2
      exit 2
    fi
  done
  if long; then : "${fuzz_seconds:=20}"; fi
  if ((${#chosen[@]} == 0)); then
    chosen=("${suites[@]}")
    if long; then chosen=("${long_suites[@]}"); fi
  fi

  local side_by_side=() alone=() ahead='' began=$SECONDS
  for suite in "${chosen[@]}"; do
    if declare -F "suite_$suite" >/dev/null; then side_by_side+=("$suite"); fi
    if [[ $suite == @(e2e|hostile|tidy|release) ]] || { [[ $suite == @(postgres|fastapi) ]] && long; }; then alone+=("$suite"); fi
  done
  mkdir -p "$logs"
  results=$(mktemp -d)
  : >"$results/failures"
  # shellcheck disable=SC2064 # now, while the name is known
  trap "rm -rf '$results'" EXIT
  if ((${#side_by_side[@]} > 1)); then
    setup_packages && setup_node && setup_python # before both lanes need them
    ahead_of "${side_by_side[@]}"
    run_lanes "${side_by_side[@]}"
  elif ((${#side_by_side[@]})); then
    printf '%s\n' "${side_by_side[0]}"
    run_suite suite "${side_by_side[0]}"
  fi
  for suite in "${alone[@]}"; do
    printf '%s, alone\n' "$suite"
    run_suite alone "$suite"
  done
  show_results $((SECONDS - began))
}

# show_results SECONDS: a table of what each suite came to, slowest first, and what failed.
show_results() {
  local file name status took built p f s c table=''
  local -i all_passed=0 all_failed=0 all_skipped=0
  for file in "$results"/*.result; do
    name=${file##*/} name=${name%.result}
    read -r status took built p f s c <"$file"
    if ((status != 0 || ${p:-0} + ${f:-0} == 0)); then
      f=$((${f:-0} + 1))
      printf '%s ended early, or ran nothing\n' "${name#*_}" >>"$results/failures"
    fi
    all_passed+=${p:-0} all_failed+=${f:-0} all_skipped+=${s:-0}
    [[ $name != alone_* ]] || name="$name, alone"
    table+=$(printf '%6d %10d  %-28s %6d %6d %7d' $((took - built)) "${c:-0}" "${name#*_}" "${p:-0}" "${f:-0}" "${s:-0}")$'\n'
  done
  table+=$(cat "$results"/*.times | awk '{ took = $1; sub(/^[0-9]+ /, ""); sum[$0] += took }
    END { for (name in sum) if (sum[name]) printf "%6d %10s  %s\n", sum[name], "", name }')
  printf '\n%6s %10s  %-28s %6s %6s %7s\n%s\n%6d %10s  in all\n\n' seconds processor '' passed failed skipped \
    "$(sort -rn <<<"$table")" "$1" ''
  printf '%d passed, %d failed, %d skipped\n' "$all_passed" "$all_failed" "$all_skipped"
  sed 's/^/  FAILED  /' "$results/failures"
  ((all_failed == 0))
}

# seconds_of VERB TEXT, which must be a whole number from 1.
seconds_of() {
  if ! [[ $2 =~ ^[1-9][0-9]*$ ]]; then
    printf 'dev: %s takes a number of seconds, not %s\n' "$1" "$2" >&2
    exit 2
  fi
  printf '%s\n' "$2"
}

fuzz_verb() {
  fuzz_seconds=$(seconds_of fuzz "${1:-60}")
  test_verb fuzz
}

contract_verb() {
  contract_seconds=$(seconds_of contract "${1:-600}")
  test_verb contract
}
