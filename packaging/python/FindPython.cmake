# The Python that a wheel is for, by its headers alone: DRAWBRIDGE_PYTHON is its version, DRAWBRIDGE_PYTHON_HEADERS the folder
# that Debian's package was unpacked in, DRAWBRIDGE_PYTHON_PLATFORM what its modules' names end in. The Python that runs the
# build is another.
set(Python_VERSION ${DRAWBRIDGE_PYTHON})
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)$" Python_FOUND "${DRAWBRIDGE_PYTHON}")
set(Python_VERSION_MAJOR ${CMAKE_MATCH_1})
set(Python_VERSION_MINOR ${CMAKE_MATCH_2})
set(Python_INTERPRETER_ID Python)
set(Python_INCLUDE_DIRS
  ${DRAWBRIDGE_PYTHON_HEADERS}/usr/include/python${DRAWBRIDGE_PYTHON} ${DRAWBRIDGE_PYTHON_HEADERS}/usr/include)
find_program(Python_EXECUTABLE python REQUIRED)
add_executable(Python::Interpreter IMPORTED)
add_library(Python::Module INTERFACE IMPORTED)
target_include_directories(Python::Module SYSTEM INTERFACE ${Python_INCLUDE_DIRS})
if(Python_VERSION VERSION_GREATER_EQUAL 3.12) # as nanobind needs it of the stable ABI
  add_library(Python::SABIModule INTERFACE IMPORTED)
  target_include_directories(Python::SABIModule SYSTEM INTERFACE ${Python_INCLUDE_DIRS})
endif()
# nanobind takes scikit-build-core's words for the names of the modules; those are of the Python that runs the build.
set(SKBUILD_SOABI cpython-${Python_VERSION_MAJOR}${Python_VERSION_MINOR}-${DRAWBRIDGE_PYTHON_PLATFORM})
set(SKBUILD_SOSABI abi3)
