# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # test.sh has and reads the rest
# The test suites. A suite calls `count` for each program that it ran; nothing here stops at a failure.
# suite_NAME may run next to another suite, alone_NAME runs when all of those have ended. A suite has the one, the other, or both.

# The longest first, so that both lanes end together; what needs other builds not before they have been made meanwhile (ahead_of).
suites=(web python fastapi e2e wheel postgres doctor migrate projects unit tsan hostile contract docs package fuzz)
long_suites=("${suites[@]}" tidy release)
fuzz_seconds= # empty: what is known is replayed, no more
contract_seconds= # empty: as many requests as make a run that can be repeated

# What `./dev test --long` sets, for the tests too, which then take their long sizes.
long() { [[ -n ${DRAWBRIDGE_TEST_LONG:-} ]]; }

declare -i passed=0 failed=0 skipped=0 # of the suite that runs

# count NAME PASSED FAILED SKIPPED [SECONDS [LOG]]
count() {
  passed+=$2
  failed+=$3
  skipped+=$4
  local mark=ok
  if (($3 > 0)); then
    mark=FAILED
    printf '%s\n' "$1" >>"$results/failures"
    [[ -z ${6:-} ]] || grep -hoE '^\[  FAILED  \] [^ ,]+\.[^ ,]+|^(FAILED|ERROR) .*' "$6" | sort -u | cut -c1-300 |
      sed -E 's/^(\[  FAILED  \] |FAILED )?/  /' >>"$results/failures" || true
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
  local log=$logs/${suite:+$suite-}${name//[\/ ,]/-}.log
  # Python keeps the tests that pytest has rewritten, also where a machine says that it shall keep nothing.
  env -u PYTHONDONTWRITEBYTECODE "$tested_python" -m pytest -q --color=no -p no:cacheprovider -m "$chosen" "${arguments[@]}" </dev/null 2>&1 |
    tee "$log" | sed -u 's/^/    /' || status=$?
  last=$(tail -n 1 "$log")
  local good bad
  good=$(number_of passed "$last")
  bad=$(($(number_of failed "$last") + $(number_of error "$last")))
  ((status == 0 || bad > 0)) || bad=1 # a crash, a wrong collection, or no test at all
  count "$name" "$good" "$bad" "$(number_of skipped "$last")" $((SECONDS - began)) "$log"
}

# run_pytest_side_by_side NAME [ARGUMENTS...]: as run_pytest, several files at a time; the conftests put the slow ones first.
run_pytest_side_by_side() {
  local arguments=("${@:2}")
  ((${#arguments[@]})) || arguments=("$1")
  run_pytest "$1" "${arguments[@]}" -n "$workers" --dist loadfile --no-loadscope-reorder
}

# run_e2e NAME: tests/e2e, whose conftest chooses the files by database and backend.
run_e2e() { marks="not serial" run_pytest_side_by_side "$1" tests/e2e; }
run_e2e_alone() { marks=serial run_pytest "$1, alone" tests/e2e; }

# run_vitest FOLDER: Vitest on it, and what its report counts.
run_vitest() {
  local folder=$1 status=0 began=$SECONDS good=0 bad=0 left=0
  local report=$PWD/$logs/${folder//\//-}.json
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
alone_tidy() {
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

# What is in dist/, as others get it, on machines that have nothing else; with the tests' Better Auth. All of it is long.
alone_release() {
  setup_python
  if ! ./dev release || ! build_issuer; then
    broken "release"
    return
  fi
  DRAWBRIDGE_TEST_LONG=1 run_pytest tests/release
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

alone_e2e() { DRAWBRIDGE_TEST_DATABASE=sqlite run_e2e_alone tests/e2e; }

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

alone_postgres() { DRAWBRIDGE_TEST_DATABASE=postgresql run_e2e_alone "tests/e2e on PostgreSQL"; }

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

# Projects as people have them: other ids, ORMs, schemas, a pooler, an app of before. Several at a time, whatever file they are of.
suite_projects() {
  setup_programs
  if ! setup_python_package || ! setup_orms; then
    broken "build"
    return
  fi
  run_pytest tests/projects tests/projects -n "$workers" --dist worksteal
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
}

alone_hostile() { marks=serial run_pytest "tests/hostile, alone" tests/hostile; }

# examples/fastapi, by what is asked of any backend; on PostgreSQL, where it is not the long run, whose rows and sessions are
# whose. Left out is whether schemathesis finds faults: the suite contract shows that, and it is the same here.
suite_fastapi() {
  setup_programs
  if ! setup_python_package || ! build_web; then
    broken "build"
    return
  fi
  export DRAWBRIDGE_TEST_BACKEND=fastapi
  local calls=()
  DRAWBRIDGE_TEST_DATABASE=sqlite run_e2e tests/e2e
  if long; then
    DRAWBRIDGE_TEST_DATABASE=postgresql run_e2e "tests/e2e on PostgreSQL"
  else
    calls=(-k "journey or makes_a_call") # the page's bytes are the program's
    DRAWBRIDGE_TEST_DATABASE=postgresql run_pytest_side_by_side "tests/e2e on PostgreSQL" tests/e2e/test_{bridge_isolation,server_session_sources}.py
  fi
  run_pytest_side_by_side tests/contract tests/contract -k "not test_deviations_are_found"
  run_pytest_side_by_side tests/web tests/web/test_{journey,contract_page}.py "${calls[@]}"
  run_pytest examples/fastapi/tests
}

alone_fastapi() {
  export DRAWBRIDGE_TEST_BACKEND=fastapi
  DRAWBRIDGE_TEST_DATABASE=sqlite run_e2e_alone tests/e2e
  if long; then DRAWBRIDGE_TEST_DATABASE=postgresql run_e2e_alone "tests/e2e on PostgreSQL"; fi
}
