#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/tags/tag.h"
#include "database/page.h"
#include "http/body_fault.h"

namespace drawbridge::api {

/// The body of a POST. Texts are valid UTF-8 without NUL, the name is trimmed of Unicode white space.
std::expected<NewTag, http::BodyFault> parse_new_tag(std::string_view body);

/// The body of a PATCH: absent leaves, null clears.
std::expected<TagChange, http::BodyFault> parse_tag_change(std::string_view body);

/// Beside the type, where append_json() of a vector finds it.
void append_json(std::string& out, const Tag& tag);

std::string tag_json(const Tag& tag);

/// `{"items","total","page","limit","pages"}`
std::string tag_page_json(const database::Page<Tag>& tags, const database::PageRequest& request);

}  // namespace drawbridge::api
