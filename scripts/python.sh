# shellcheck shell=bash
# The Python package, bindings/python: built and installed into .venv with what examples/fastapi needs, and as a wheel.

# What the package is made of: the C++ library and the commands are compiled into it, README.md is its page on PyPI.
python_package_files() {
  sources_of bindings/python include src cmake CMakeLists.txt VERSION -not -path '*/__pycache__/*' -not -path '*_cache/*'
  printf '%s\n' bindings/python/README.md
}

# make_plain_wheel PYTHON FOLDER: the package as a wheel in FOLDER/plain, compiled when its sources have changed.
make_plain_wheel() {
  local files
  mapfile -t files < <(python_package_files)
  mkdir -p "$2"
  note_place
  once "$2/.tools-stamp" bindings/python/wheel-tools.txt "$place" -- install_wheel_tools "$1" "$2" &&
    once "$2/.plain-stamp" "${files[@]}" bindings/python/wheel-tools.txt -- timed "build python" compile_wheel "$2"
}

# An environment's programs, and what is made with them, name the folder that they were made in: a clone that was moved makes them again.
place=build/place
note_place() {
  mkdir -p build
  [[ -f $place && $(<"$place") == "$PWD" ]] || { printf '%s\n' "$PWD" >"$place.$BASHPID" && mv "$place.$BASHPID" "$place"; }
}

install_wheel_tools() {
  say "what makes the Python package, in $2/tools"
  rm -rf "$2/tools" && "$1" -m venv "$2/tools" && install_pinned "$2/tools" bindings/python/wheel-tools.txt
}

# From nothing: ninja compares times, and an object of before may be of other headers. Without pip's isolation, whose folders
# have random names: ccache would know nothing again.
compile_wheel() {
  say "building the Python package (four minutes on two cores)"
  rm -rf "$1/plain" build/python-* && PATH=$PWD/$1/tools/bin:$PATH CXX=g++ "$1/tools/bin/python" -m pip wheel --quiet \
    --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir "$1/plain" ./bindings/python >&2
}

# .venv with the package as its users install it. The program, the example and the benchmarks in Python use it too.
setup_python_package() {
  setup_packages || return
  setup_python || return
  make_plain_wheel .venv/bin/python build/wheel || return
  once .venv/.drawbridge-package-stamp build/wheel/plain/*.whl examples/fastapi/requirements.txt -- install_python_package
}

install_python_package() {
  say "installing the Python package"
  install_pinned .venv examples/fastapi/requirements.txt &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps build/wheel/plain/*.whl >&2
}

# Form, faults and types of what is Python and has users.
check_python() {
  local failed=0
  setup_python_package || return
  .venv/bin/ruff check --quiet bindings/python examples/fastapi >&2 || failed=1
  .venv/bin/ruff format --quiet --check bindings/python examples/fastapi >&2 || failed=1
  MYPYPATH=bindings/python .venv/bin/mypy --no-error-summary --config-file bindings/python/pyproject.toml \
    -p drawbridge >&2 || failed=1
  (cd examples/fastapi && ../../.venv/bin/mypy --no-error-summary tasks_api) >&2 || failed=1
  return $failed
}

format_python() {
  setup_python_package || return
  .venv/bin/ruff check --quiet --select I --fix bindings/python examples/fastapi
  .venv/bin/ruff format --quiet bindings/python examples/fastapi
}

# A wheel for this Python, or for another, that carries its libraries, in build/wheels/; its tests run where nothing
# else of the repository is installed.
wheel_verb() {
  setup_packages
  setup_python
  local python=${1:-.venv/bin/python} folder=build/wheel wheel
  if ! "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    fail "$python is no Python of 3.10 or newer with venv"
  fi
  [[ -z ${1:-} ]] || folder=build/wheel-$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
  make_plain_wheel "$python" "$folder"
  say "putting its libraries into it"
  rm -rf "$folder/repaired" "$folder/environment"
  PATH=$PWD/$folder/tools/bin:$PATH "$folder/tools/bin/auditwheel" repair --wheel-dir "$folder/repaired" \
    "$folder"/plain/*.whl >"$folder/auditwheel.log" 2>&1 || fail "auditwheel: $(tail -n 3 "$folder/auditwheel.log")"
  wheel=$(echo "$folder"/repaired/*.whl)
  test_wheel "$python" "$wheel" "$folder/environment"
  mkdir -p build/wheels
  cp "$wheel" build/wheels/
  wheel=build/wheels/${wheel##*/}
  say "$wheel, $(($(stat -c %s "$wheel") / 1024)) KiB"
}

# Without the tests that need what the repository builds; one that forgot to say so finds no program.
test_wheel() {
  local python=$1 wheel=$2 environment=$3
  say "testing it in an empty environment"
  "$python" -m venv "$environment"
  install_pinned "$environment" bindings/python/tests/requirements.txt
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$wheel" >&2
  DRAWBRIDGE_BIN=/none tested_python=$environment/bin/python marks="not repository" \
    run_pytest_side_by_side "the wheel" bindings/python/tests
  ((failed == 0)) || fail "the wheel fails its tests"
}
