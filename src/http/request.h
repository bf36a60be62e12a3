#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drawbridge/identity.h"

#include "core/text/time_text.h"

namespace drawbridge::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

/// The method of that exact name (RFC 9110 §9.1: case matters).
Method method_named(std::string_view name);

/// A request as a resource sees it: routed, admitted, its body read. The views live as long as the call.
struct Request {
  const std::optional<Identity>& identity;  ///< present on every route that is not open
  std::span<const std::string> parameters;  ///< the decoded path segments that the pattern leaves open
  std::string_view query;                   ///< what follows `?`, raw
  std::string_view body;
  Instant now;
  /// The lines of these headers; see representation.h.
  std::span<const std::string_view> accept_encoding = {};
  std::span<const std::string_view> if_none_match = {};
};

}  // namespace drawbridge::http
