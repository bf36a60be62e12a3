#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>

#include "drawbridge/authenticator.h"

namespace drawbridge::python {

/// Adds `_core.CredentialSource`, which Python code can make and not read: it holds secrets.
void bind_credentials(nanobind::module_& module);

/// Python's callable, let go of with the GIL held whichever thread does so last.
std::shared_ptr<nanobind::object> shared_callable(nanobind::object callable);

/// Those headers of a request that may prove who sent it. Holds what the views are into. Needs the GIL to be
/// made and to end.
class RequestCredentials {
 public:
  /// `headers`: pairs of bytes, names in lower case, as ASGI has them. Throws nb::type_error for anything
  /// else.
  explicit RequestCredentials(const nanobind::iterable& headers);
  RequestCredentials(const RequestCredentials&) = delete;
  RequestCredentials& operator=(const RequestCredentials&) = delete;

  /// The headers alone. Views that live as long as this.
  Credentials view() const {
    return {.authorization = authorization_,
            .cookie = cookie_,
            .api_key = api_key_,
            .origin = origin_,
            .sec_fetch_site = sec_fetch_site_};
  }

 private:
  std::vector<std::string_view>* values_of(std::string_view name);

  std::vector<nanobind::bytes> held_;
  std::vector<std::string_view> authorization_;
  std::vector<std::string_view> cookie_;
  std::vector<std::string_view> api_key_;
  std::vector<std::string_view> origin_;
  std::vector<std::string_view> sec_fetch_site_;
};

}  // namespace drawbridge::python
