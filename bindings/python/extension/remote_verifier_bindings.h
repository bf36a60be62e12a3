#pragma once

#include <nanobind/nanobind.h>

namespace drawbridge::python {

/// Adds `_core.RemoteVerifier` and what is checked without one.
void bind_remote_verifier(nanobind::module_& module);

}  // namespace drawbridge::python
