#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "http/body_fault.h"
#include "store/store.h"

namespace drawbridge::http {

/// The body of a POST. Texts are valid UTF-8 without NUL, the name is trimmed of Unicode white space.
std::expected<store::NewTag, BodyFault> parse_new_tag(std::string_view body);

/// The body of a PATCH: absent leaves, null clears.
std::expected<store::TagChange, BodyFault> parse_tag_change(std::string_view body);

std::string tag_json(const store::Tag& tag);

/// `{"items","total","page","limit","pages"}`
std::string tag_page_json(const store::Page<store::Tag>& tags, const store::PageRequest& request);

}  // namespace drawbridge::http
