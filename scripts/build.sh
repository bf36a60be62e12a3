# shellcheck shell=bash
# Building, formatting and linting.

presets=(dev release asan tsan fuzz lint bench)

# build PRESET [ninja arguments]: configures when the preset is new or has changed, then builds what is
# out of date. Another build of the same preset is waited for.
build() {
  mkdir -p "build/$1"
  (flock 9 && build_alone "$@") 9>"build/$1/.lock"
}

build_alone() {
  local preset=$1 folder=build/$1 state
  shift
  setup_packages || return
  setup_node || return # the program carries the viewer of its contract, an npm package
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

typescript_packages=(better-auth client)

# The files of a folder that are not made from others.
sources_of() {
  find "$@" -type f -not -path '*/node_modules/*' -not -path '*/.next/*' -not -path '*/dist/*' -not -path '*/tests/*' \
    -not -name 'next-env.d.ts' -not -name '*.tsbuildinfo' -not -name '*.md' -not -name '.env*' | sort
}

# built_once RESULT FILES... -- COMMAND...: as `once`; the stamp is elsewhere, since the result may be packed as it is.
built_once() {
  local result=$1 stamp=build/stamps/${1//\//-}
  shift
  mkdir -p build/stamps
  [[ -e $result ]] || rm -f "$stamp"
  once "$stamp" "$@"
}

# Each package is built into its dist/ when its sources have changed.
build_packages() {
  setup_node || return
  local name files
  for name in "${typescript_packages[@]}"; do
    mapfile -t files < <(sources_of "packages/$name")
    built_once "packages/$name/dist" "${files[@]}" package-lock.json -- build_package "$name" || return
  done
}

build_package() {
  say "building @drawbridge/$1"
  rm -rf "packages/$1/dist"
  npm run --silent build -w "packages/$1" >&2
}

# The example's pages, with the packages that they use.
build_web() {
  local files
  build_packages || return
  mapfile -t files < <(sources_of examples/web packages)
  built_once examples/web/.next/BUILD_ID "${files[@]}" package-lock.json -- run_next_build
}

run_next_build() {
  say "building the pages of examples/web (half a minute)"
  NEXT_TELEMETRY_DISABLED=1 npm run --silent build -w examples/web >&2
}

build_verb() {
  local preset=${1:-dev}
  if [[ " ${presets[*]} " != *" $preset "* ]]; then
    printf 'dev: unknown preset %s; there are: %s\n' "$preset" "${presets[*]}" >&2
    exit 2
  fi
  [[ $preset != release ]] || need_only program
  build "$preset"
}

# The skill as a zip, whose path is told.
skill_verb() {
  setup_packages
  python3 scripts/make_skill.py build/skill/drawbridge.zip
}

cpp_files() { find apps bench bindings/*/extension include src tests -name '*.cpp' -o -name '*.h' | grep -v /node_modules/ | sort; }
shell_files() { printf '%s\n' dev .ci/run scripts/*.sh tests/support/private_postgres; }

format_verb() {
  setup_packages
  setup_node
  cpp_files | xargs clang-format-19 -i
  npx --no biome check --write
  format_python
}

# Types of all that is TypeScript; what one folder uses of another is looked up in its dist/, and those of the
# example's routes are Next.js's to make.
check_types() {
  local failed=0 folder
  build_packages || return
  (cd examples/web && NEXT_TELEMETRY_DISABLED=1 npx --no next -- typegen) >&2 || failed=1
  for folder in "${typescript_packages[@]/#/packages/}" examples/web; do
    npx --no tsc -- --noEmit -p "$folder" >&2 || failed=1
  done
  return $failed
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
  say "Biome and the types of what is TypeScript"
  setup_node
  npx --no biome ci >&2 || failed=1
  check_types || failed=1
  say "Ruff and the types of what is Python"
  check_python || failed=1
  say "clang-tidy over src/ and apps/ (a file is checked again when it or its headers change)"
  mkdir -p build/lint
  once build/lint/.clang-tidy-stamp .clang-tidy -- forget_tidied || return
  build lint -k 0 2>&1 | sed -u '/^[0-9]* warnings\{0,1\} generated\.$/d' >&2 || failed=1
  ((failed == 0)) || fail "lint found faults; ./dev format mends the form"
  say "lint is clean"
}
