#pragma once

// What the bodies of all resources have in common: one JSON object, read member by member, with a list of
// what is wrong in it. Compiles simdjson; included by the *_json.cpp files only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "http/body_fault.h"

namespace drawbridge::http {

/// The object that a body is, with at most 100 members in all of its objects. It lives until this thread's
/// next call.
std::expected<simdjson::dom::object, BodyFault> parse_body(std::string_view body);

/// Collects what is wrong with the members of a body. Each function reads one value and, where it is not what
/// it must be, notes why and gives nothing.
class MemberErrors {
 public:
  void refuse(std::string_view pointer, std::string_view message);
  /// For a member that no resource of that kind has.
  void refuse_unknown(std::string_view name);

  /// Valid UTF-8 without NUL, which PostgreSQL has no place for.
  std::optional<std::string_view> text(std::string_view pointer, simdjson::dom::element value,
                                       std::string_view wanted = "must be a string or null");
  /// The same, trimmed, of 1 to `max` code points. One that is_far_longer() is refused before that.
  std::optional<std::string> name(std::string_view pointer, simdjson::dom::element value, std::size_t max);

  bool empty() const { return errors_.empty(); }
  /// Further ones are not listed.
  bool full() const { return errors_.size() >= max_listed; }
  BodyFault fault() && { return {{}, std::move(errors_)}; }

 private:
  static constexpr std::size_t max_listed = 20;
  std::vector<FieldError> errors_;
};

}  // namespace drawbridge::http
