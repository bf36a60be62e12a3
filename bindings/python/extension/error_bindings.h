#pragma once

#include <nanobind/nanobind.h>

#include "drawbridge/auth_error.h"

namespace drawbridge::python {

/// Adds `_core.error_codes()`, the one table of codes.
void bind_errors(nanobind::module_& module);

/// Raises drawbridge.AuthError. Needs the GIL.
[[noreturn]] void raise(const AuthError& error);

}  // namespace drawbridge::python
