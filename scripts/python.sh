# shellcheck shell=bash
# The Python package, bindings/python: built and installed into .venv with what its tests and examples/fastapi need,
# and as a wheel.

# What the package is made of: the C++ library and the commands are compiled into it.
python_package_files() {
  sources_of bindings/python include src/CMakeLists.txt src/core src/issuer src/doctor src/schema/plan \
    src/schema/bridge_facts.h apps/drawbridge cmake CMakeLists.txt \
    -not -path '*/__pycache__/*' -not -path '*_cache/*'
}

# .venv with the package as its users install it. The program, the example and the benchmarks in Python use it too.
# Another installation is waited for: both would compile in one folder.
setup_python_package() {
  setup_packages || return
  setup_python || return
  mkdir -p build/python
  (flock 9 && setup_python_package_alone) 9>build/python/.lock
}

setup_python_package_alone() {
  local files
  mapfile -t files < <(python_package_files)
  once .venv/.drawbridge-package-stamp "${files[@]}" bindings/python/tests/requirements.txt examples/fastapi/requirements.txt -- \
    install_python_package
}

install_python_package() {
  say "building the Python package (a minute)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    -r bindings/python/tests/requirements.txt -r examples/fastapi/requirements.txt >&2 &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps ./bindings/python >&2
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
  local python=${1:-.venv/bin/python} wheel
  if ! "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    fail "$python is no Python of 3.10 or newer with venv"
  fi
  rm -rf build/wheel
  mkdir -p build/wheel build/wheels
  "$python" -m venv build/wheel/tools
  build/wheel/tools/bin/python -m pip install --quiet --disable-pip-version-check -r bindings/python/wheel-tools.txt >&2
  say "building the wheel (minutes)"
  # From nothing: what was compiled before may be of other headers.
  build/wheel/tools/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel/plain \
    --config-settings build-dir="$PWD/build/wheel/objects" ./bindings/python >&2
  say "putting its libraries into it"
  PATH=$PWD/build/wheel/tools/bin:$PATH build/wheel/tools/bin/auditwheel repair --wheel-dir build/wheel/repaired \
    build/wheel/plain/*.whl >build/wheel/auditwheel.log 2>&1 || fail "auditwheel: $(tail -n 3 build/wheel/auditwheel.log)"
  wheel=$(echo build/wheel/repaired/*.whl)
  test_wheel "$python" "$wheel"
  cp "$wheel" build/wheels/
  wheel=build/wheels/${wheel##*/}
  say "$wheel, $(($(stat -c %s "$wheel") / 1024)) KiB"
}

# Without the tests that need what the repository builds; one that forgot to say so finds no program.
test_wheel() {
  local python=$1 wheel=$2 environment=build/wheel/environment
  say "testing it in an empty environment"
  "$python" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r bindings/python/tests/requirements.txt "$wheel" >&2
  DRAWBRIDGE_BIN=/none tested_python=$environment/bin/python run_pytest "the wheel" bindings/python/tests -m "not repository"
  ((failed == 0)) || fail "the wheel fails its tests"
}
