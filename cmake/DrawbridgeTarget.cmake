# What every target of this project has in common: warnings, hardening, sanitizers, include paths.

include(CheckPIESupported)
check_pie_supported()

function(drawbridge_target target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wnon-virtual-dtor
    -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wimplicit-fallthrough)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 reports these inside libstdc++ and Boost at -O2, where there is nothing to mend.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict
      -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)

  if(DRAWBRIDGE_HARDENING)
    target_compile_options(${target} PRIVATE -fstack-protector-strong -fstack-clash-protection
      -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now,-z,noexecstack)
    endif()
  endif()

  if(DRAWBRIDGE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${DRAWBRIDGE_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${DRAWBRIDGE_SANITIZE})
  endif()
endfunction()

# Precompiles the standard library's headers and these, which many files of the target include. Not these for clang-tidy,
# which goes through all of a precompiled header again for each file.
function(drawbridge_precompile target)
  if(CMAKE_CXX_CLANG_TIDY)
    set(ARGN "")
  endif()
  target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/standard_library.h ${ARGN})
endfunction()
