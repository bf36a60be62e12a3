#pragma once

#include <nanobind/nanobind.h>

namespace drawbridge::python {

/// Adds `_core.Identity`, which Python code cannot make.
void bind_identity(nanobind::module_& module);

}  // namespace drawbridge::python
