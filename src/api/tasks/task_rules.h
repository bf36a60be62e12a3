#pragma once

// What holds for a task whatever database keeps it.

#include <optional>

#include "api/tasks/task_rows.h"

namespace drawbridge::api {

/// `reminder_at` before `due_date`, and each time one that can be written: else `value_refused` or
/// `internal`.
Result<void> check_times(const std::optional<Instant>& due_date, const std::optional<Instant>& reminder_at,
                         Instant now);

/// Whether a time, if there is one, is within the years that can be written.
bool can_be_text(const std::optional<Instant>& time);
std::unexpected<database::StoreError> no_such_time();

void apply(const TaskChange& change, Task& task);  ///< but for `tag_ids`

/// Without its tags.
Task new_task(const NewTask& fields, const Uuid& owner, const Uuid& id, Instant now);

/// 1, 2, 3 for low, medium, high: as it is kept.
std::optional<int> priority_number(const std::optional<Priority>& priority);

bool asks_for_nothing(const TaskFilter& filter);

/// Whether it can take much longer than most: all of the owner's texts are read, all their titles sorted, or
/// many tags looked up for each task.
bool is_costly(const TaskListRequest& request);

}  // namespace drawbridge::api
