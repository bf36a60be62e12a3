// drawbridge._core: libdrawbridge for the typed façade in drawbridge/*.py, which is the API.

#include <nanobind/nanobind.h>

#include "credential_bindings.h"
#include "error_bindings.h"
#include "identity_bindings.h"
#include "issuer/start_libraries.h"
#include "pending.h"
#include "plan_bindings.h"
#include "remote_verifier_bindings.h"
#include "session_bindings.h"

NB_MODULE(_core, module) {
  // A verifier that lives in a module until the interpreter ends is no leak.
  nanobind::set_leak_warnings(false);
  drawbridge::fetch::start_libraries();  // a server may fork its workers while a thread makes the first
                                         // request
  drawbridge::python::bind_errors(module);
  drawbridge::python::bind_identity(module);
  drawbridge::python::bind_pending(module);
  drawbridge::python::bind_credentials(module);
  drawbridge::python::bind_sessions(module);
  drawbridge::python::bind_plan(module);
  drawbridge::python::bind_remote_verifier(module);
}
