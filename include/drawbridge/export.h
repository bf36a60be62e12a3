#pragma once

#include <version>

// Before the compiler stumbles over std::expected, in words. docs/cpp.md lists the compilers.
#ifndef __cpp_lib_expected
#if __cplusplus <= 202002L
#error \
    "Drawbridge's headers need C++23, and this file is compiled as an older C++: add -std=c++23 (clang 16: -std=c++2b)"
#elif defined(__clang__) && __clang_major__ >= 16 && defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE >= 12
#error \
    "Drawbridge's headers need std::expected, which libstdc++ hides from clang 16 to 18: add -Wno-builtin-macro-redefined -U__cpp_concepts -D__cpp_concepts=202002L"
#else
#error \
    "Drawbridge's headers need std::expected, which this standard library lacks: use gcc 12, clang 16, Apple clang 15, or newer, with libstdc++ 12 or libc++ 16, or newer"
#endif
#endif

/// Marks what a shared libdrawbridge shows; all else in it is hidden. tests/package/exported_names.txt lists
/// the names.
#if defined(__GNUC__) && !defined(_WIN32)
#define DRAWBRIDGE_API __attribute__((visibility("default")))
#else
#define DRAWBRIDGE_API
#endif
