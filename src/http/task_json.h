#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "store/store.h"

namespace drawbridge::http {

/// Why a body cannot become a task.
struct BodyFault {
  std::string malformed;           ///< not JSON as we want it, in one line (400); else empty
  std::vector<FieldError> errors;  ///< JSON with values that are wrong (422); at most 20 are listed
};

Response problem(const BodyFault& fault);

/// The body of a POST. Texts are valid UTF-8 without NUL, the title is trimmed of Unicode white space.
std::expected<store::NewTask, BodyFault> parse_new_task(std::string_view body);

/// The body of a PATCH: absent leaves, null clears.
std::expected<store::TaskChange, BodyFault> parse_task_change(std::string_view body);

std::string task_json(const store::Task& task);

/// `{"items","total","page","limit","pages"}`
std::string task_page_json(const store::TaskPage& tasks, const store::PageRequest& request);

}  // namespace drawbridge::http
