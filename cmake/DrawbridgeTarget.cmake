# What every target of this project has in common: warnings, hardening, sanitizers, include paths.

include(CheckPIESupported)
check_pie_supported()

# As distributions harden what they compile; only x86 has -fcf-protection.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
  set(drawbridge_hardening_of_x86 -fcf-protection)
endif()
if(NOT APPLE) # whose compiler has no -fstack-clash-protection, and whose linker no -z
  set(drawbridge_hardening_of_stack -fstack-clash-protection)
  set(drawbridge_hardening_of_links -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
set(drawbridge_hardening -fstack-protector-strong ${drawbridge_hardening_of_stack} ${drawbridge_hardening_of_x86}
  -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS)

function(drawbridge_target target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
    -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wimplicit-fallthrough)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 reports these inside libstdc++ and Boost at -O2, where there is nothing to fix.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict
      -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  get_target_property(type ${target} TYPE)

  if(DRAWBRIDGE_HARDENING)
    target_compile_options(${target} PRIVATE ${drawbridge_hardening})
    if(type STREQUAL "EXECUTABLE")
      target_link_options(${target} PRIVATE ${drawbridge_hardening_of_links})
    endif()
  endif()

  if(DRAWBRIDGE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${DRAWBRIDGE_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${DRAWBRIDGE_SANITIZE})
  endif()

  # What libFuzzer sees of the code under test; the tests that link the same libraries run a little slower by it.
  if(DRAWBRIDGE_BUILD_FUZZERS AND type STREQUAL "STATIC_LIBRARY")
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# ccache hashes a file .sum in place of a precompiled header, whose bytes differ from clone to clone: what it is made of is
# its list of headers and Debian's packages that those and the compilers are of. Where there are no such packages it hashes the bytes.
execute_process(COMMAND dpkg-query -W "gcc-??" "g++-??" "cpp-??" "clang-??" "libstdc++*-dev" libc6-dev linux-libc-dev
  libfmt-dev libsimdjson-dev libgtest-dev OUTPUT_VARIABLE drawbridge_system ERROR_QUIET)

# CMake hides the path of a precompiled header from ccache behind -Xclang.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

# Precompiles the standard library's headers that nearly every source file includes anyway, and these. All in <...>, so
# that the text names no folder of this machine and ccache finds in one clone what another has compiled.
function(drawbridge_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <expected> <functional> <map> <memory> <mutex>
    <optional> <span> <string> <string_view> <unordered_map> <utility> <vector> ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess) # for ccache
  endif()
  if(drawbridge_system)
    get_target_property(headers ${target} PRECOMPILE_HEADERS)
    string(SHA256 sum "${headers} ${drawbridge_system}")
    set(precompiled ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx)
    file(WRITE ${precompiled}.gch.sum ${sum})
    file(WRITE ${precompiled}.pch.sum ${sum})
  endif()
endfunction()

# As drawbridge_precompile(), by what another target has made: each costs some five seconds. Compiled alike, the one as the other.
function(drawbridge_precompiled_by owner target)
  target_precompile_headers(${target} REUSE_FROM ${owner})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()
