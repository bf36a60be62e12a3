#pragma once

/// Marks what a shared libdrawbridge shows; all else in it is hidden. tests/package/exported_names.txt lists
/// the names.
#if defined(__GNUC__) && !defined(_WIN32)
#define DRAWBRIDGE_API __attribute__((visibility("default")))
#else
#define DRAWBRIDGE_API
#endif
