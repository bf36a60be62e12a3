#pragma once

#include <nanobind/nanobind.h>

namespace drawbridge::python {

/// What a migration does: plan_*() and what goes with them.
void bind_plan(nanobind::module_& module);

}  // namespace drawbridge::python
