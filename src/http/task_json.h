#pragma once

#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "http/body_fault.h"
#include "store/store.h"

namespace drawbridge::http {

/// In the order of store::Priority.
inline constexpr std::array<std::string_view, 3> priority_names{"low", "medium", "high"};

/// The body of a POST. Texts are valid UTF-8 without NUL, the title is trimmed of Unicode white space.
std::expected<store::NewTask, BodyFault> parse_new_task(std::string_view body);

/// The body of a PUT, read as a POST's: what is absent is set to its default.
std::expected<store::TaskChange, BodyFault> parse_task_replacement(std::string_view body);

/// The body of a PATCH: absent leaves, null clears.
std::expected<store::TaskChange, BodyFault> parse_task_change(std::string_view body);

std::string task_json(const store::Task& task);

/// `{"items","total","page","limit","pages"}`
std::string task_page_json(const store::Page<store::Task>& tasks, const store::PageRequest& request);

}  // namespace drawbridge::http
