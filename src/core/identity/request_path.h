#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drawbridge {

/// The text with each %XX replaced by its byte (RFC 3986 §2.1); nothing when a `%` is not followed by two hex
/// digits or when the outcome is not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text);

/// The path of a request target (without query) as its segments: split at `/` in raw form, each segment
/// decoded once. Nothing is normalised.
///
/// Nothing when the path names no resource of ours however it is read: no `/` at the start, an empty segment
/// (so also a slash at the end), `.` or `..`, a slash or backslash within a segment, a control character, a
/// bad escape, or bytes that are not UTF-8. What a proxy in front might read in another way than we do is
/// among these, so that both always mean the same resource.
std::optional<std::vector<std::string>> split_request_path(std::string_view raw_path);

}  // namespace drawbridge
