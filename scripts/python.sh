# shellcheck shell=bash
# The Python package, bindings/python: built and installed into .venv with what its tests and examples/fastapi need.

# What the package is made of: the C++ library is compiled into it.
python_package_files() {
  sources_of bindings/python include src/CMakeLists.txt src/core src/fetch cmake CMakeLists.txt -not -path '*/__pycache__/*'
}

# .venv with the package as its users install it. The program, the example and the benchmarks in Python use it too.
setup_python_package() {
  setup_packages || return
  setup_python || return
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
