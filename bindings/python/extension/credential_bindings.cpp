#include "credential_bindings.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "commands/setting_names.h"
#include "core/credentials/cache_cookie.h"
#include "core/credentials/session_cookie.h"
#include "python_calls.h"
#include "session_bindings.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

void make_source(CredentialSource* place, const std::vector<std::string>& kinds, std::string base_url,
                 std::optional<std::string> session_cookie, std::vector<std::string> secrets,
                 std::vector<std::string> allowed_origins, std::int64_t max_age, bool reads_sessions,
                 bool session_cache, nb::object on_failure) {
  CredentialSource source;
  source.kinds = {.token = false};
  for (const std::string& kind : kinds) {
    if (kind == "token")
      source.kinds.token = true;
    else if (kind == "session")
      source.kinds.session = true;
    else if (kind == "key")
      source.kinds.key = true;
    else
      throw nb::value_error("a kind of credential is token, session or key");
  }
  source.base_url = std::move(base_url);
  source.session_cookie = std::move(session_cookie);
  source.secrets = std::move(secrets);
  source.allowed_origins = std::move(allowed_origins);
  source.max_age = std::chrono::seconds{max_age};
  if (reads_sessions) source.session_store = std::make_shared<AskedSessions>();
  source.session_cache = session_cache;
  source.on_failure = [callable = shared_callable(std::move(on_failure))](const std::string& text) {
    const InVerifiersThread here;
    const PythonAccess python;
    if (python) call_and_report(*callable, app::with_setting_names(text));
  };
  new (place) CredentialSource{std::move(source)};
}

}  // namespace

std::shared_ptr<nb::object> shared_callable(nb::object callable) {
  return {new nb::object{std::move(callable)}, [](nb::object* held) {
            const PythonAccess python;
            if (python) delete held;
          }};
}

RequestCredentials::RequestCredentials(const nb::iterable& headers) {
  for (const nb::handle each : headers) {
    std::pair<nb::bytes, nb::bytes> header;
    if (!nb::try_cast(each, header)) throw nb::type_error("a header is a name and a value, both bytes");
    const std::string_view name{header.first.c_str(), header.first.size()};
    std::vector<std::string_view>* const values = values_of(name);
    if (values == nullptr) continue;
    values->emplace_back(header.second.c_str(), header.second.size());
    held_.push_back(std::move(header.second));
  }
}

std::vector<std::string_view>* RequestCredentials::values_of(std::string_view name) {
  if (name == "authorization") return &authorization_;
  if (name == "cookie") return &cookie_;
  if (name == "x-api-key") return &api_key_;
  if (name == "origin") return &origin_;
  if (name == "sec-fetch-site") return &sec_fetch_site_;
  return nullptr;
}

void bind_credentials(nb::module_& module) {
  nb::class_<CredentialSource>{module, "CredentialSource", nb::is_final()}.def(
      "__init__", &make_source, nb::kw_only(), nb::arg("kinds"), nb::arg("base_url"),
      nb::arg("session_cookie").none(), nb::arg("secrets"), nb::arg("allowed_origins"), nb::arg("max_age"),
      nb::arg("reads_sessions"), nb::arg("session_cache"), nb::arg("on_failure"));
  module.def("session_cookie_name", &session_cookie_name, nb::arg("issuer"));
  module.def("cache_cookie_name", &cache_cookie_name, nb::arg("session_cookie"));
  module.def("read_versioned_secrets", &read_versioned_secrets, nb::arg("text"));
}

}  // namespace drawbridge::python
