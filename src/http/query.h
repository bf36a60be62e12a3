#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "store/store.h"

namespace drawbridge::http {

/// The parameters of a list of tasks. `raw_query` is what follows `?`. A parameter that is unknown, repeated
/// (other than `tag`) or out of range is an error.
std::expected<store::TaskListRequest, std::vector<FieldError>> task_list_request(std::string_view raw_query);

/// The parameters of a list that is only paged.
std::expected<store::PageRequest, std::vector<FieldError>> page_request(std::string_view raw_query);

/// The errors of a query where none belongs: one for each parameter.
std::vector<FieldError> errors_of_unwanted_query(std::string_view raw_query);

}  // namespace drawbridge::http
