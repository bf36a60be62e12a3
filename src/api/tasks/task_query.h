#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "api/tasks/task.h"
#include "http/problem.h"

namespace drawbridge::api {

/// The parameters of a list of tasks. `raw_query` is what follows `?`. A parameter that is unknown, repeated
/// (other than `tag`) or out of range is an error.
std::expected<TaskListRequest, std::vector<http::FieldError>> task_list_request(std::string_view raw_query);

}  // namespace drawbridge::api
