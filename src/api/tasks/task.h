#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/uuid.h"

#include "api/tags/tag.h"
#include "core/text/time_text.h"
#include "database/page.h"

namespace drawbridge::api {

enum class Priority { low, medium, high };

struct Task {
  Uuid id;
  Uuid user_id;
  std::string title;
  std::optional<std::string> description;
  bool completed;
  std::optional<Priority> priority;
  std::optional<Instant> due_date;
  std::optional<Instant> reminder_at;
  std::vector<Tag> tags;  ///< by name
  Instant created_at;
  Instant updated_at;
};

struct NewTask {
  std::string title{};
  std::optional<std::string> description{};
  bool completed = false;
  std::optional<Priority> priority{};
  std::optional<Instant> due_date{};
  std::optional<Instant> reminder_at{};
  std::vector<std::int64_t> tag_ids{};  ///< none twice
};

/// What a PATCH changes, as in TagChange.
struct TaskChange {
  std::optional<std::string> title{};
  std::optional<std::optional<std::string>> description{};
  std::optional<bool> completed{};
  std::optional<std::optional<Priority>> priority{};
  std::optional<std::optional<Instant>> due_date{};
  std::optional<std::optional<Instant>> reminder_at{};
  std::optional<std::vector<std::int64_t>> tag_ids{};  ///< all of them, none twice
};

/// Which of an owner's tasks; a task must satisfy all that is given.
struct TaskFilter {
  std::optional<bool> completed{};
  std::optional<Priority> priority{};
  std::vector<std::int64_t> any_tag_of{};  ///< empty: whatever its tags
  std::optional<Instant> due_after{};      ///< `due_date` at or after it
  std::optional<Instant> due_before{};     ///< `due_date` before it
  /// Title or description contains it, letter case (Unicode) ignored; empty: whatever they are.
  std::string search{};
  bool operator==(const TaskFilter&) const = default;
};

enum class SortBy { created_at, due_date, priority, title };
enum class Order { ascending, descending };

struct TaskListRequest {
  TaskFilter filter{};
  SortBy sort_by = SortBy::created_at;
  Order order = Order::descending;
  database::PageRequest page{};
};

}  // namespace drawbridge::api
