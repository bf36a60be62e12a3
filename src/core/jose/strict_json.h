#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace drawbridge {

/// Nesting of objects and arrays beyond this is refused, the outermost object counting as 1.
inline constexpr int max_json_depth = 16;

/// An object with more members is refused before they are compared. Headers, claims, keys and sessions have
/// some dozens.
inline constexpr std::size_t max_json_members = 1'000;

/// Why JSON text is not good enough to base a decision on, as the end of a sentence that names the
/// text: "is not valid JSON", "holds the member \"alg\" twice".
using JsonFault = std::string;

/// Reads an object as RFC 8725 §2.4 and RFC 7515 §4 ask for: valid UTF-8, no member twice at any level
/// (names compared after unescaping), bounded nesting and objects. The object lives in `parser` until its
/// next use.
std::expected<simdjson::dom::object, JsonFault> parse_strict_object(simdjson::dom::parser& parser,
                                                                    std::string_view text);

/// The same rules for a part of a document that is parsed already; an empty fault when they hold.
JsonFault strict_json_fault(simdjson::dom::element element, int depth = 1);

/// The member of that name, whatever its type; nothing when absent. A view, as long as the parser's.
std::optional<simdjson::dom::element> member(simdjson::dom::object object, std::string_view name);

/// Its text when it is a string, else nothing.
std::optional<std::string_view> string_of(simdjson::dom::element element);

/// The member's text when there is such a member and it is a string, else nothing.
std::optional<std::string_view> string_member(simdjson::dom::object object, std::string_view name);

}  // namespace drawbridge
