# Says in one line which packages are missing, before anything else can fail at length: Debian's, or on macOS Homebrew's.

set(missing "")

# On one line: CMake breaks the lines of a text that does not begin with a blank.
function(drawbridge_cannot_build)
  string(JOIN "" text ${ARGV})
  message(FATAL_ERROR " ${text}")
endfunction()

function(drawbridge_misses debian homebrew)
  if(CMAKE_HOST_APPLE)
    list(APPEND missing ${homebrew})
  else()
    list(APPEND missing ${debian})
  endif()
  set(missing ${missing} PARENT_SCOPE)
endfunction()

macro(drawbridge_require_cmake package debian homebrew)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    drawbridge_misses("${debian}" ${homebrew})
  endif()
endmacro()

find_program(cxx_compiler NAMES $ENV{CXX} c++ g++ clang++)
if(NOT cxx_compiler)
  drawbridge_misses(g++ llvm)
endif()
find_package(PkgConfig QUIET)
if(NOT PkgConfig_FOUND)
  drawbridge_misses("pkg-config;libsodium-dev" "pkgconf;libsodium")
else()
  pkg_check_modules(sodium QUIET libsodium)
  if(NOT sodium_FOUND)
    drawbridge_misses(libsodium-dev libsodium)
  endif()
endif()
# The others need a compiler to be looked for.
if(cxx_compiler)
  enable_language(CXX)
  drawbridge_require_cmake(OpenSSL libssl-dev openssl@3 3)
  drawbridge_require_cmake(CURL libcurl4-openssl-dev curl 7.87)
  drawbridge_require_cmake(simdjson libsimdjson-dev simdjson)
  drawbridge_require_cmake(Boost "libboost-json1.81-dev;libboost-url1.81-dev" boost 1.81 COMPONENTS json url)
  drawbridge_require_cmake(fmt libfmt-dev fmt)
  drawbridge_require_cmake(CLI11 libcli11-dev cli11)
endif()
if(missing)
  list(JOIN missing " " names)
  if(CMAKE_HOST_APPLE)
    drawbridge_cannot_build("drawbridge-auth is built from C++ and misses these packages of Homebrew: ${names}. "
      "Install them (brew install ${names}) and run pip again.")
  endif()
  drawbridge_cannot_build("drawbridge-auth is built from C++ and misses these Debian packages: ${names}. "
    "Install them (apt-get install ${names}) and run pip again.")
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  drawbridge_cannot_build("drawbridge-auth needs g++ 12 or newer for C++23, found ${CMAKE_CXX_COMPILER_VERSION}. "
    "Install one and name it: CXX=g++-12 pip install …")
endif()
