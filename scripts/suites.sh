# shellcheck shell=bash
# The test suites. A suite calls `count` for each program that it ran; nothing here stops at a failure.

# What waits for servers comes first: meanwhile the rest is compiled (ahead_of).
suites=(package python wheel e2e web postgres migrate doctor projects docs contract hostile fastapi unit fuzz tsan)
long_suites=("${suites[@]}" tidy release)
fuzz_seconds= # empty: what is known is replayed, no more
contract_seconds= # empty: as many requests as make a run that can be repeated

# What `./dev test --long` sets, for the tests too, which then take their long sizes.
long() { [[ -n ${DRAWBRIDGE_TEST_LONG:-} ]]; }

declare -i passed=0 failed=0 skipped=0 # of the suite that runs
failures=build/test-logs/failures      # what failed, a line each, told again at the end

# count NAME PASSED FAILED SKIPPED [SECONDS [LOG]]
count() {
  passed+=$2
  failed+=$3
  skipped+=$4
  local mark=ok
  if (($3 > 0)); then
    mark=FAILED
    printf '%s\n' "$1" >>"$failures"
    [[ -z ${6:-} ]] || grep -hoE '^\[  FAILED  \] [^ ,]+\.[^ ,]+|^(FAILED|ERROR) .*' "$6" | sort -u | cut -c1-300 |
      sed -E 's/^(\[  FAILED  \] |FAILED )?/  /' >>"$failures" || true
  fi
  printf '  %-6s  %-24s %4d passed %3d failed %3d skipped  %s\n' "$mark" "$1" "$2" "$3" "$4" "${5:+$5 s}"
}

# A suite that could not run has failed once.
broken() { count "$1" 0 1 0; }

# The number before a word in text: `number_of passed "3 passed, 1 skipped"` is 3.
number_of() {
  if [[ $2 =~ ([0-9]+)\ $1 ]]; then echo "${BASH_REMATCH[1]}"; else echo 0; fi
}

# Shows what a failing program said; the end of it when that is long.
show_log() {
  local lines
  lines=$(wc -l <"$1")
  ((lines <= 300)) || printf '    ... the last 300 of %d lines of %s\n' "$lines" "$1"
  tail -n 300 "$1" | sed 's/^/    /'
}

# Shows what a GoogleTest program said of the tests that failed, without those that passed.
show_googletest_log() {
  local shown=$1.failed
  awk '/^\[ RUN /  { block = "" }
       { block = block $0 "\n" }
       /^\[ +(OK|SKIPPED) +\]/ { block = "" }
       /^\[ +FAILED +\]/ { printf "%s", block; block = "" }
       END { printf "%s", block }' "$1" >"$shown"
  show_log "$shown"
}

# run_googletest PROGRAM: its output goes to a log, and how it ended and after how many seconds to another file.
run_googletest() {
  local log=${1%/bin/*}/test-logs/${1##*/}.log status=0
  SECONDS=0
  timeout --kill-after=10 600 "$1" --gtest_color=no >"$log" 2>&1 </dev/null || status=$?
  printf '%d %d\n' "$status" "$SECONDS" >"$log.end"
}

# count_googletest PROGRAM, which has run: by its closing lines. One that crashed, hung, or ran no test has failed.
count_googletest() {
  local name=${1##*/} log=${1%/bin/*}/test-logs/${1##*/}.log status=1 took=0 text
  read -r status took <"$log.end" || true
  text=$(grep -E '^\[ +(PASSED|FAILED|SKIPPED) +\] [0-9]+ tests?[.,]' "$log" | sed 's/^\[ *//' || true)
  local good bad left
  good=$(sed -nE 's/^PASSED +\] ([0-9]+) .*/\1/p' <<<"$text")
  bad=$(sed -nE 's/^FAILED +\] ([0-9]+) .*/\1/p' <<<"$text")
  left=$(sed -nE 's/^SKIPPED +\] ([0-9]+) .*/\1/p' <<<"$text")
  if ((status != 0 && ${bad:-0} == 0)); then
    printf '\n%s ended with status %d outside its tests\n' "$name" "$status" >>"$log"
    bad=1
  elif ((${good:-0} + ${bad:-0} + ${left:-0} == 0)); then
    printf '\n%s ran no test\n' "$name" >>"$log"
    bad=1
  fi
  count "$name" "${good:-0}" "${bad:-0}" "${left:-0}" "$took" "$log"
  ((${bad:-0} == 0)) || show_googletest_log "$log"
}

tested_python=.venv/bin/python

# run_pytest NAME [ARGUMENTS...]: runs pytest with these, or on the folder of that name, its output as it comes, and
# reads its last line. `marks` says which tests, as pytest's -m does; those of the long run are left out before that.
run_pytest() {
  local name=$1 arguments=("${@:2}") chosen=${marks:-} status=0 last began=$SECONDS
  ((${#arguments[@]})) || arguments=("$name")
  long || chosen="${chosen:+$chosen and }not long"
  local log=build/test-logs/${name//[\/ ]/-}.log
  mkdir -p build/test-logs
  "$tested_python" -m pytest -q --color=no -p no:cacheprovider -m "$chosen" "${arguments[@]}" </dev/null 2>&1 |
    tee "$log" | sed -u 's/^/    /' || status=$?
  last=$(tail -n 1 "$log")
  local good bad
  good=$(number_of passed "$last")
  bad=$(($(number_of failed "$last") + $(number_of error "$last")))
  [[ $status != 5 || $chosen != serial* ]] || return 0 # nothing that it would run is marked so
  ((status == 0 || bad > 0)) || bad=1 # a crash, a wrong collection, or no test at all
  count "$name" "$good" "$bad" "$(number_of skipped "$last")" $((SECONDS - began)) "$log"
}

# run_pytest_side_by_side NAME [ARGUMENTS...]: as run_pytest, three files at a time, since most of each is waiting; the conftests
# put the slow ones first.
run_pytest_side_by_side() {
  local arguments=("${@:2}")
  ((${#arguments[@]})) || arguments=("$1")
  run_pytest "$1" "${arguments[@]}" -n 3 --dist loadfile --no-loadscope-reorder
}

# run_e2e NAME: tests/e2e, whose conftest chooses the files by database and backend; then, alone, those that measure.
run_e2e() {
  marks="not serial" run_pytest_side_by_side "$1" tests/e2e
  marks=serial run_pytest "$1 serial" tests/e2e
}

# run_vitest FOLDER: Vitest on it, and what its report counts.
run_vitest() {
  local folder=$1 status=0 began=$SECONDS good=0 bad=0 left=0
  local report=$PWD/build/test-logs/${folder//\//-}.json
  mkdir -p build/test-logs
  rm -f "$report"
  (cd "$folder" && NO_COLOR=1 npx --no vitest -- run --reporter=dot --reporter=json --outputFile.json="$report") \
    </dev/null 2>&1 | sed -u 's/^/    /' || status=$?
  # shellcheck disable=SC2016 # JavaScript
  [[ ! -s $report ]] || read -r good bad left < <(
    node -p 'const r = require(process.argv[1]); `${r.numPassedTests} ${r.numFailedTests} ${r.numPendingTests + r.numTodoTests}`' "$report"
  )
  ((bad > 0 || (status == 0 && good > 0))) || bad=1 # a crash, or no test at all
  count "$folder" "$good" "$bad" "$left" $((SECONDS - began))
}

# Two programs at a time.
run_cpp_tests() {
  local preset=$1 programs program
  if ! build "$preset"; then
    broken "build $preset"
    return
  fi
  mapfile -t programs < <(sed "s|^|build/$preset/bin/|" "build/$preset/test_programs.txt")
  rm -rf "build/$preset/test-logs"
  mkdir -p "build/$preset/test-logs"
  for program in "${programs[@]}"; do
    while (($(jobs -rp | wc -l) >= 2)); do wait -n || true; done
    run_googletest "$program" &
  done
  wait
  for program in "${programs[@]}"; do count_googletest "$program"; done
}

# The C++ tests under ASan and UBSan, as they are compiled once for the fuzz targets too.
suite_unit() {
  setup_python
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
  export LSAN_OPTIONS=suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0
  export UBSAN_OPTIONS=print_stacktrace=1
  run_cpp_tests asan
  run_pytest tests/architecture
  run_pytest tests/bench
}

suite_tsan() {
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
  run_cpp_tests tsan
}

# The corpus of a target is replayed; where seconds are given it is mutated for as long. What is found new is kept under
# build/.
run_fuzzer() {
  local name=$1 seconds=$2 kept=build/fuzz/corpus/$1 log=build/fuzz/test-logs/$1.log status=0 arguments
  mkdir -p "$kept" build/fuzz/test-logs build/fuzz/crashes
  arguments=(-max_len=20000 -artifact_prefix="build/fuzz/crashes/$name-" -print_final_stats=1)
  [[ ! -f tests/fuzz/$name.dict ]] || arguments+=(-dict="tests/fuzz/$name.dict")
  "build/asan/bin/$name" "${arguments[@]}" -runs=0 "tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null || status=$?
  count "$name corpus" $((status == 0)) $((status != 0)) 0
  if ((status == 0)) && [[ -n $seconds ]]; then
    say "$name for $seconds s"
    "build/asan/bin/$name" "${arguments[@]}" -timeout=10 -max_total_time="$seconds" \
      "$kept" "tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null || status=$?
    count "$name $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs" \
      $((status == 0)) $((status != 0)) 0 "$seconds"
  fi
  ((status == 0)) || show_log "$log"
}

suite_fuzz() {
  local name
  if ! build asan; then
    broken "build asan"
    return
  fi
  while read -r name; do run_fuzzer "$name" "$fuzz_seconds"; done <build/asan/fuzz_programs.txt
}

# clang-tidy over everything; `./dev lint` looks at what has changed.
suite_tidy() {
  setup_packages
  setup_node
  if run_tidy all; then count clang-tidy 1 0 0; else broken clang-tidy; fi
}

suite_package() {
  setup_python
  if ! build release || ! rm -rf build/package || ! cmake --install build/release --prefix build/package/prefix >/dev/null; then
    broken "install release"
    return
  fi
  run_pytest tests/package
}

# Of the package what needs the repository beside it: its console command and its tables are compared with the program's.
# All else is tested once, by the suite wheel.
suite_python() {
  setup_programs
  if ! setup_python_package; then
    broken "install the package"
    return
  fi
  marks=repository run_pytest_side_by_side bindings/python/tests
}

# The wheel, tested as its users install it where nothing else is installed, and what is in it.
suite_wheel() {
  wheel_verb
  run_pytest tests/wheel
}

# What is in dist/, as others get it, on machines that have nothing else; with the tests' Better Auth.
suite_release() {
  setup_python
  if ! (release_verb wheels sdist npm debs image notes sums) || ! build_issuer; then
    broken "release"
    return
  fi
  run_pytest tests/release
}

# What a suite needs that runs whole programs; without it that suite is over.
setup_programs() {
  setup_python
  if ! build release || ! build_issuer; then
    broken "build"
    exit
  fi
}

suite_e2e() {
  setup_programs
  DRAWBRIDGE_TEST_DATABASE=sqlite run_e2e tests/e2e
}

suite_web() {
  local folder
  setup_programs
  if ! setup_python_package || ! build_web; then
    broken "build web"
    return
  fi
  for folder in packages/better-auth packages/client examples/web; do run_vitest "$folder"; done
  run_pytest_side_by_side tests/web
}

suite_postgres() {
  setup_programs
  DRAWBRIDGE_TEST_DATABASE=postgresql run_e2e "tests/e2e on PostgreSQL"
  run_pytest_side_by_side tests/postgres
}

suite_migrate() {
  setup_programs
  run_pytest_side_by_side tests/migrate
}

suite_doctor() {
  setup_programs
  if ! setup_python_package; then
    broken "build"
    return
  fi
  run_pytest_side_by_side tests/doctor
}

# Projects as people have them: other ids, ORMs, schemas, a pooler, an app of before. Three at a time, whatever file they are of.
suite_projects() {
  setup_programs
  if ! setup_python_package || ! setup_orms; then
    broken "build"
    return
  fi
  run_pytest tests/projects tests/projects -n 3 --dist worksteal
}

# What the documents say: commands, blocks of code, names.
suite_docs() {
  setup_programs
  if ! setup_python_package; then
    broken "build the Python package"
    return
  fi
  run_pytest_side_by_side tests/docs
}

suite_contract() {
  setup_programs
  DRAWBRIDGE_CONTRACT_SECONDS=$contract_seconds run_pytest_side_by_side tests/contract
}

# What an attacker would do, done to the real program (docs/reliability.md).
suite_hostile() {
  setup_programs
  if ! setup_python_package || ! build_web; then
    broken "build"
    return
  fi
  marks="not serial" run_pytest_side_by_side tests/hostile
  marks=serial run_pytest "tests/hostile serial" tests/hostile
}

# examples/fastapi, by what is asked of any backend; on PostgreSQL, where it is not the long run, whose rows and sessions are
# whose. Left out is whether schemathesis finds faults: the suite contract shows that, and it is the same here.
suite_fastapi() {
  setup_programs
  if ! setup_python_package || ! build_web; then
    broken "build"
    return
  fi
  export DRAWBRIDGE_TEST_BACKEND=fastapi
  DRAWBRIDGE_TEST_DATABASE=sqlite run_e2e tests/e2e
  if long; then
    DRAWBRIDGE_TEST_DATABASE=postgresql run_e2e "tests/e2e on PostgreSQL"
  else
    DRAWBRIDGE_TEST_DATABASE=postgresql run_pytest_side_by_side "tests/e2e on PostgreSQL" tests/e2e/test_{bridge_isolation,server_session_sources}.py
  fi
  run_pytest_side_by_side tests/contract tests/contract -k "not test_deviations_are_found"
  run_pytest_side_by_side tests/web tests/web/test_{journey,contract_page}.py
  run_pytest examples/fastapi/tests
}

# processor_seconds FILE: the processor time of what this process has started and seen end. FILE is for `times`, which counts for
# nothing but the very process that calls it.
processor_seconds() {
  times >"$1"
  awk -F '[ms ]' 'NR == 2 { printf "%d\n", $1 * 60 + $2 + $4 * 60 + $5 }' "$1"
}

# Runs one suite in a process of its own, so that what ends it (a missing Node.js) ends only that suite;
# its counts come back in a file. Called plainly: behind `||` or `if` errexit would be off inside.
run_suite() {
  local counts=$1 suite=$2
  (
    set -e
    trap 'printf "%d %d %d " $passed $failed $skipped >"$counts"; processor_seconds "$counts.times" >>"$counts"' EXIT
    "suite_$suite"
  )
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
  # shellcheck disable=SC2016 # that shell expands it
  setsid nice -n 19 bash -c 'times=$1; for preset in "${@:2}"; do
      began=$SECONDS; ./dev build "$preset" || exit; echo "$((SECONDS - began)) (build $preset, meanwhile)" >>"$times"
    done' build "$times" "${later[@]}" >build/test-logs/ahead.log 2>&1 </dev/null &
  ahead=$!
  # shellcheck disable=SC2064 # now, while the name is known
  trap "kill -TERM -- -$ahead 2>/dev/null || true" EXIT
}

waits_for_servers() { [[ " python wheel e2e web postgres migrate doctor projects docs contract hostile fastapi " == *" $1 "* ]]; }

# Seconds of builds that a suite has waited for, so far.
built_seconds() { awk '!/meanwhile/ { sum += $1 } END { print sum + 0 }' "$times"; }

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

  local counts table='' p s c status began built ahead='' test_began=$SECONDS
  local -i i f took all_passed=0 all_failed=0 all_skipped=0
  counts=$(mktemp)
  times=$PWD/build/test-logs/times
  mkdir -p "${failures%/*}"
  : >"$failures"
  : >"$times"
  for i in "${!chosen[@]}"; do
    suite=${chosen[i]}
    if [[ -z $ahead ]] && waits_for_servers "$suite"; then ahead_of "${chosen[@]:i}"; fi
    printf '%s\n' "$suite"
    began=$SECONDS built=$(built_seconds)
    rm -f "$counts"
    set +e
    run_suite "$counts" "$suite"
    status=$?
    set -e
    read -r p f s c <"$counts"
    if ((status != 0 || p + f == 0)); then
      f+=1
      printf '%s ended early, or ran nothing\n' "$suite" >>"$failures"
    fi
    all_passed+=$p all_failed+=$f all_skipped+=$s
    took=$((SECONDS - began)) built=$(($(built_seconds) - built))
    printf '  %s took %d s%s\n' "$suite" "$took" "$( ((!built)) || echo ", $built of them building")"
    table+=$(printf '%6d %10d  %-28s %6d %6d %7d' $((took - built)) "$c" "$suite" "$p" "$f" "$s")$'\n'
  done
  rm -f "$counts" "$counts.times"
  table+=$(awk '{ took = $1; sub(/^[0-9]+ /, ""); sum[$0] += took }
    END { for (name in sum) if (sum[name]) printf "%6d %10s  %s\n", sum[name], "", name }' "$times")
  printf '\n%6s %10s  %-28s %6s %6s %7s\n%s\n%6d %10s  in all\n\n' seconds processor '' passed failed skipped \
    "$(sort -rn <<<"$table")" $((SECONDS - test_began)) ''
  printf '%d passed, %d failed, %d skipped\n' "$all_passed" "$all_failed" "$all_skipped"
  sed 's/^/  FAILED  /' "$failures"
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
