#include "api/tasks/task_rules.h"

#include "api/tasks/task_tags.h"
#include "core/text/time_text.h"

namespace drawbridge::api {

using Kind = database::StoreError::Kind;

bool can_be_text(const std::optional<Instant>& time) {
  return !time || is_within_years(*time);
}

std::unexpected<database::StoreError> no_such_time() {
  return database::failed(Kind::internal, "a time is outside the years 0 to 9999");
}

Result<void> check_times(const std::optional<Instant>& due_date, const std::optional<Instant>& reminder_at,
                         Instant now) {
  if (due_date && reminder_at && *reminder_at >= *due_date) {
    return database::refused_value("/reminder_at", "must be before due_date");
  }
  if (!is_within_years(now) || !can_be_text(due_date) || !can_be_text(reminder_at)) return no_such_time();
  return {};
}

void apply(const TaskChange& change, Task& task) {
  if (change.title) task.title = *change.title;
  if (change.description) task.description = *change.description;
  if (change.completed) task.completed = *change.completed;
  if (change.priority) task.priority = *change.priority;
  if (change.due_date) task.due_date = *change.due_date;
  if (change.reminder_at) task.reminder_at = *change.reminder_at;
}

Task new_task(const NewTask& fields, const Uuid& owner, const Uuid& id, Instant now) {
  return {.id = id,
          .user_id = owner,
          .title = fields.title,
          .description = fields.description,
          .completed = fields.completed,
          .priority = fields.priority,
          .due_date = fields.due_date,
          .reminder_at = fields.reminder_at,
          .tags = {},
          .created_at = now,
          .updated_at = now};
}

std::optional<int> priority_number(const std::optional<Priority>& priority) {
  if (!priority) return std::nullopt;
  return static_cast<int>(*priority) + 1;
}

std::unexpected<database::StoreError> unknown_tag(std::size_t index) {
  return database::refused_value("/tag_ids/" + std::to_string(index), "is not one of your tags");
}

std::unexpected<database::StoreError> too_many_tags_on_tasks(std::int64_t most) {
  return database::failed(Kind::quota_exceeded,
                          "Your tasks would have more than " + std::to_string(most) +
                              " tags in all, which is the most that one user may have; remove some first.");
}

bool asks_for_nothing(const TaskFilter& filter) {
  return !filter.completed && !filter.priority && filter.any_tag_of.empty() && !filter.due_after &&
         !filter.due_before && filter.search.empty();
}

bool is_costly(const TaskListRequest& request) {
  // The rows before the page are gone through.
  constexpr std::int64_t deep = 1'000;
  // Against the direction of its index an order is made by sorting, texts included.
  const bool is_sorted = request.sort_by == SortBy::title ||
                         (request.order == Order::ascending) == (request.sort_by == SortBy::created_at);
  // What is compared may stand behind a long text in the row, which is read through to get there.
  return request.filter != TaskFilter{} || is_sorted || database::bounded_offset_of(request.page) >= deep;
}

}  // namespace drawbridge::api
