# shellcheck shell=bash
# What uv and pip install, written down: NAME.in says what is wanted, NAME.txt beside it has each package that comes with it, in one
# version, with the hash of every file of that release.

lock_inputs() { git ls-files --cached --others --exclude-standard '*requirements.in' '*-tools.in'; }

# compile_pins OPTIONS...: for every system that a release has files for, and every Python from that of --python-version on.
compile_pins() {
  build/uv/bin/uv pip compile --quiet --universal --no-annotate --system-certs --no-python-downloads \
    --custom-compile-command "./dev lock" "$@" 2> >(grep -v 'will be used to build dependencies' >&2)
}

# A wheel is made for Python 3.10 too; what the tests need begins with 3.11.
lowest_python() { if [[ $1 == *-tools.in ]]; then echo 3.10; else echo 3.11; fi; }

# lock_verb [--upgrade]: what the files have stays as long as it fits; with --upgrade the newest that fits is taken. One version
# of a package in all files, since some are installed into one environment.
lock_verb() {
  local inputs input
  [[ $# == 0 || $* == --upgrade ]] || fail "lock takes nothing, or --upgrade"
  setup_uv
  mkdir -p build/lock
  mapfile -t inputs < <(lock_inputs)
  say "one version of each package"
  cat "${inputs[@]/%.in/.txt}" 2>/dev/null | grep -E '^[a-zA-Z0-9._-]+==' | sed 's/ \\$//' | sort -u >build/lock/all.txt || true
  compile_pins "$@" --python-version 3.11 --output-file build/lock/all.txt "${inputs[@]}"
  for input in "${inputs[@]}"; do
    say "${input%.in}.txt"
    rm -f build/lock/made.txt # which would be taken for what is wanted
    compile_pins --python-version "$(lowest_python "$input")" --generate-hashes --constraint build/lock/all.txt \
      --output-file build/lock/made.txt "$input"
    mv build/lock/made.txt "${input%.in}.txt"
  done
}
