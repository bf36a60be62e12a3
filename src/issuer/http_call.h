#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/remote_verifier.h"

namespace drawbridge::fetch {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers{};
  std::string body{};
};

struct HttpAnswer {
  int status = 0;
  std::vector<HttpHeader> headers{};  ///< in their order; names as they came
  std::string body{};                 ///< decoded; at most 1 MiB of it

  /// The first header of that name in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// One HTTP call by the rules of `source` for where one may connect (its `jwks_url` is not used), 5 seconds
/// in all. Blocks. Redirects are answers. The error is one line: a URL that the rules forbid, or why no
/// answer came.
std::expected<HttpAnswer, std::string> call_http(const HttpCall& call, const KeySource& source);

}  // namespace drawbridge::fetch
