#include "error_bindings.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include "commands/setting_names.h"
#include "python_calls.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

/// `(group, status, title, WWW-Authenticate or None)` by code, in the order of the vocabulary.
nb::dict error_codes() {
  nb::dict table;
  for (const ErrorCode code : all_error_codes()) {
    const std::string challenge = www_authenticate(code);
    const nb::object header = challenge.empty() ? nb::none() : nb::object{nb::cast(challenge)};
    table[nb::cast(name_of(code))] =
        nb::make_tuple(name_of(group_of(code)), http_status(code), title_of(code), header);
  }
  return table;
}

/// Of this process, by code; the last are codes of the application's own. A fork finds them in whatever
/// thread.
std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(ErrorCode::internal_error) + 2> refused{};

void count_refusal(std::string_view name) {
  const auto codes = all_error_codes();
  const auto found = std::ranges::find(codes, name, [](ErrorCode code) { return name_of(code); });
  refused.at(static_cast<std::size_t>(found - codes.begin())).fetch_add(1, std::memory_order_relaxed);
}

nb::dict refusals() {
  nb::dict table;
  std::size_t place = 0;
  for (const ErrorCode code : all_error_codes())
    table[nb::cast(name_of(code))] = refused.at(place++).load(std::memory_order_relaxed);
  table["other"] = refused.back().load(std::memory_order_relaxed);
  return table;
}

}  // namespace

void bind_errors(nb::module_& module) {
  module.def("count_refusal", &count_refusal, nb::arg("code"));
  module.def("refusals", &refusals);
  module.def("error_codes", &error_codes);
}

void raise(const AuthError& error) {
  const nb::object type = nb::module_::import_("drawbridge.errors").attr("AuthError");
  const nb::object retry_after =
      error.retry_after ? nb::object{nb::cast(error.retry_after->count())} : nb::none();
  const nb::object code = nb::cast(name_of(error.code));
  const nb::object detail = nb::cast(error.detail);
  const nb::object hint = nb::cast(app::with_setting_names(error.hint));
  const nb::object exception = call_python(type, code, detail, hint, retry_after);
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw nb::python_error{};
}

}  // namespace drawbridge::python
