# Says in one line which Debian packages are missing, before anything else can fail at length.

set(missing "")

# On one line: CMake breaks the lines of a text that does not begin with a blank.
function(drawbridge_cannot_build)
  string(JOIN "" text ${ARGV})
  message(FATAL_ERROR " ${text}")
endfunction()

macro(drawbridge_require_cmake package debian)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    list(APPEND missing ${debian})
  endif()
endmacro()

find_program(cxx_compiler NAMES $ENV{CXX} c++ g++ clang++)
if(NOT cxx_compiler)
  list(APPEND missing g++)
endif()
find_package(PkgConfig QUIET)
if(NOT PkgConfig_FOUND)
  list(APPEND missing pkg-config libsodium-dev)
else()
  pkg_check_modules(sodium QUIET libsodium)
  if(NOT sodium_FOUND)
    list(APPEND missing libsodium-dev)
  endif()
endif()
# The others need a compiler to be looked for.
if(cxx_compiler)
  enable_language(CXX)
  drawbridge_require_cmake(OpenSSL libssl-dev 3)
  drawbridge_require_cmake(CURL libcurl4-openssl-dev 7.87)
  drawbridge_require_cmake(simdjson libsimdjson-dev)
  drawbridge_require_cmake(Boost "libboost-json1.81-dev;libboost-url1.81-dev" 1.81 COMPONENTS json url)
  drawbridge_require_cmake(fmt libfmt-dev)
  drawbridge_require_cmake(CLI11 libcli11-dev)
endif()
if(missing)
  list(JOIN missing " " names)
  drawbridge_cannot_build("drawbridge-auth is built from C++ and misses these Debian packages: ${names}. "
    "Install them (apt-get install ${names}) and run pip again.")
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  drawbridge_cannot_build("drawbridge-auth needs g++ 12 or newer for C++23, found ${CMAKE_CXX_COMPILER_VERSION}. "
    "Install one and name it: CXX=g++-12 pip install …")
endif()
