#pragma once

#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "api/tasks/task.h"
#include "database/page.h"
#include "http/body_fault.h"

namespace drawbridge::api {

/// In the order of Priority.
inline constexpr std::array<std::string_view, 3> priority_names{"low", "medium", "high"};

/// The body of a POST. Texts are valid UTF-8 without NUL, the title is trimmed of Unicode white space.
std::expected<NewTask, http::BodyFault> parse_new_task(std::string_view body);

/// The body of a PUT, read as a POST's: what is absent is set to its default.
std::expected<TaskChange, http::BodyFault> parse_task_replacement(std::string_view body);

/// The body of a PATCH: absent leaves, null clears.
std::expected<TaskChange, http::BodyFault> parse_task_change(std::string_view body);

/// Beside the type, where append_json() of a vector finds it.
void append_json(std::string& out, const Task& task);

std::string task_json(const Task& task);

/// `{"items","total","page","limit","pages"}`
std::string task_page_json(const database::Page<Task>& tasks, const database::PageRequest& request);

}  // namespace drawbridge::api
