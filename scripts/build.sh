# shellcheck shell=bash
# Building, formatting and linting.

presets=(dev release asan tsan fuzz lint bench)

# build PRESET [ninja arguments]: configures when the preset is new or has changed, then builds what is
# out of date.
build() {
  local preset=$1 folder=build/$1 state
  shift
  setup_packages || return
  state=$(sha256sum CMakePresets.json)
  if [[ ! -f $folder/build.ninja || $(cat "$folder/.configured" 2>/dev/null) != "$state" ]]; then
    say "configuring $preset"
    mkdir -p "$folder"
    if ! cmake --preset "$preset" >"$folder/configure.log" 2>&1; then
      cat "$folder/configure.log" >&2
      return 1
    fi
    printf '%s\n' "$state" >"$folder/.configured"
  fi
  say "building $preset"
  ninja -C "$folder" "$@" >&2
}

build_verb() {
  local preset=${1:-dev}
  if [[ " ${presets[*]} " != *" $preset "* ]]; then
    printf 'dev: unknown preset %s; there are: %s\n' "$preset" "${presets[*]}" >&2
    exit 2
  fi
  build "$preset"
}

cpp_files() { find apps bench include src tests -name '*.cpp' -o -name '*.h' | grep -v /node_modules/ | sort; }
shell_files() { printf '%s\n' dev .ci/run scripts/*.sh tests/support/private_postgres; }

format_verb() {
  setup_packages
  cpp_files | xargs clang-format-19 -i
}

# Other checks: every file is to be looked at again.
forget_tidied() { [[ ! -f build/lint/build.ninja ]] || ninja -C build/lint -t clean >/dev/null; }

lint_verb() {
  setup_packages
  local failed=0
  say "clang-format"
  cpp_files | xargs clang-format-19 --dry-run -Werror || failed=1
  say "shellcheck"
  shell_files | xargs shellcheck -x || failed=1
  say "clang-tidy over src/ and apps/ (a file is checked again when it or its headers change)"
  mkdir -p build/lint
  once build/lint/.clang-tidy-stamp .clang-tidy -- forget_tidied || return
  build lint -k 0 2>&1 | sed -u '/^[0-9]* warnings\{0,1\} generated\.$/d' >&2 || failed=1
  ((failed == 0)) || fail "lint found faults; ./dev format mends the form"
  say "lint is clean"
}
