#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request_head.h"
#include "http/response.h"

namespace drawbridge::http {

/// The origins whose pages may read our answers (Fetch Standard §3.2): compared byte by byte, no pattern.
/// What they may send follows from the kinds of credentials that are taken: cookies only where sessions are.
class AllowedOrigins {
 public:
  explicit AllowedOrigins(std::vector<std::string> origins, CredentialKinds taken = {})
      : origins_{std::move(origins)}, taken_{taken} {}

  bool has(std::string_view origin) const;
  const CredentialKinds& taken() const { return taken_; }

 private:
  std::vector<std::string> origins_;
  CredentialKinds taken_;
};

/// Whether a browser asks what it may send.
bool is_preflight(const RequestHead& head);

/// The answer to a preflight. To a foreign origin it allows nothing, which makes the browser stop.
Response preflight_answer(const AllowedOrigins& origins, const RequestHead& head,
                          std::string allowed_methods);

/// Lets the page that asked read an answer, errors too.
void allow_origin(Response& response, const AllowedOrigins& origins, std::string_view origin);

}  // namespace drawbridge::http
