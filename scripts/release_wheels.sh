# shellcheck shell=bash
# shellcheck disable=SC2154 # release.sh has $made, release_libraries.sh and release_targets.sh the rest
# The wheels: for each system one for Python 3.11, and one of the stable ABI, compiled against 3.13's headers, for 3.12 and newer.

declare -A python_tags=([3.11]=cp311-cp311 [3.13]=cp312-abi3)

release_wheels() {
  release_compiler && each_target release_wheels_of
}

release_wheels_of() {
  local files libraries=("${wheel_libraries[@]/%/.stamp}")
  make_libraries "$1"
  mapfile -t files < <(python_package_files)
  files+=(packaging/toolchain.cmake packaging/python/FindPython.cmake packaging/*/*.patch scripts/{wheel_bill,program_bill}.py scripts/release_wheels.sh)
  keep_if_made dist/*-cp311-cp311-"${wheel_tags[$1]}".whl dist/*-cp312-abi3-"${wheel_tags[$1]}".whl -- "$made/$1/wheels.stamp"
  once "$made/$1/wheels.stamp" "${files[@]}" "${libraries[@]/#/$made/$1/}" -- make_wheels "$1" ||
    fail "the wheels for $1: $(tail -n 5 "$made/$1/wheels.log")"
}

# From nothing. What is compiled for the first Python is there for the second, but the modules themselves.
make_wheels() {
  local python folder=$PWD/$made/$1
  rm -rf "$folder"/{cmake,wheels}
  : >"$folder/wheels.log"
  keep_licences_of_tools "$folder" || return
  for python in 3.11 3.13; do
    say "the wheel ${python_tags[$python]}-${wheel_tags[$1]}"
    { unpack_python "$python" "$1" "$folder/python$python" && with_compiler "$1" compile_released_wheel "$1" "$python"; } >>"$folder/wheels.log" 2>&1 || return
  done
  mkdir -p dist && rm -f dist/*-"${wheel_tags[$1]}".whl && cp "$folder"/wheels/*.whl dist/
}

# unpack_python VERSION TARGET FOLDER: its headers. What pyconfig.h has for a processor holds on macOS, too, as far as modules see it:
# Debian's own would look for the system.
unpack_python() {
  unpack "libpython$1-dev:${debian_names[${2%%-*}]}" "$3" && cp "$3/usr/include"/*-linux-gnu/"python$1/pyconfig.h" "$3/usr/include/python$1/"
}

# keep_licences_of_tools FOLDER: what of the compiler and of nanobind is linked into a wheel has licences too; that of a library that
# comes with nanobind is in its header.
keep_licences_of_tools() {
  local tools licenses=$1/licenses
  tools=$("$made/tools/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || return
  rm -rf "$licenses"/{ziglang,nanobind,robin-map} && mkdir -p "$licenses"/{ziglang,nanobind,robin-map} &&
    cp "$tools/ziglang/LICENSE" "$licenses/ziglang/LICENSE" &&
    cp "$tools/ziglang/lib/libcxx/LICENSE.TXT" "$licenses/ziglang/LICENSE.libcxx" &&
    cp "$tools/ziglang/lib/libcxxabi/LICENSE.TXT" "$licenses/ziglang/LICENSE.libcxxabi" &&
    cp "$tools/ziglang/lib/libunwind/LICENSE.TXT" "$licenses/ziglang/LICENSE.libunwind" &&
    cp "$tools"/nanobind-*.dist-info/licenses/LICENSE "$licenses/nanobind/" &&
    sed '/\*\//q' "$tools/nanobind/ext/robin_map/include/tsl/robin_map.h" >"$licenses/robin-map/LICENSE" || return
  [[ ${1##*/} != *-gnu* ]] || cp "$tools/ziglang/lib/libc/glibc/LICENSES" "$licenses/ziglang/LICENSES.glibc" # of libc_nonshared.a
}

# compile_released_wheel TARGET PYTHON
compile_released_wheel() {
  local folder=$PWD/$made/$1
  CXXFLAGS="$CXXFLAGS $wheel_flags" CMAKE_BUILD_PARALLEL_LEVEL=2 \
    python -m pip wheel --verbose --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir "$folder/wheels" \
    --config-settings build-dir="$folder/cmake" --config-settings wheel.tags="${python_tags[$2]}-${wheel_tags[$1]}" \
    --config-settings install.strip=false --config-settings wheel.reproducible=true --config-settings cmake.python-hints=false \
    --config-settings cmake.toolchain-file="$PWD/packaging/toolchain.cmake" \
    --config-settings cmake.define.DRAWBRIDGE_PREFIX="$folder/prefix" \
    --config-settings cmake.define.DRAWBRIDGE_TARGET="$1" --config-settings cmake.define.DRAWBRIDGE_PYTHON="$2" \
    --config-settings cmake.define.DRAWBRIDGE_PYTHON_PLATFORM="${python_platforms[$1]}" \
    --config-settings cmake.define.DRAWBRIDGE_PYTHON_HEADERS="$folder/python$2" ./bindings/python
}
# nanobind uses stderr, and with libc++ and the limited API includes nothing that has it.
wheel_flags="-g0 -include stdio.h"
