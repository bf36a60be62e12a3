#include "api/tasks/task_json.h"

#include <algorithm>
#include <array>

#include "api/tags/tag_json.h"
#include "core/jose/strict_json.h"
#include "core/text/date_time.h"
#include "database/letter_case.h"
#include "http/json_body.h"
#include "http/json_output.h"
#include "http/unicode_text.h"

namespace drawbridge::api {

void append_json(std::string& out, const Task& task) {
  std::optional<std::string_view> priority;
  if (task.priority) priority = priority_names[static_cast<std::size_t>(*task.priority)];
  JsonObject{out}
      .member("id", task.id.text())
      .member("user_id", task.user_id.text())
      .member("title", task.title)
      .member("description", task.description)
      .member("completed", task.completed)
      .member("priority", priority)
      .member("due_date", task.due_date)
      .member("reminder_at", task.reminder_at)
      .member("tags", task.tags)
      .member("created_at", task.created_at)
      .member("updated_at", task.updated_at);
}

namespace {

using http::BodyFault;
using http::MemberErrors;

namespace dom = simdjson::dom;

constexpr std::size_t max_title = 255;
constexpr std::size_t max_description = 10'000;
constexpr std::size_t max_tags = 100;

/// Reads the members of a task one by one.
class TaskReader {
 public:
  explicit TaskReader(dom::object object) {
    for (const auto [name, value] : object) {
      if (errors_.full()) return;
      read_member(name, value);
    }
    const auto& due = change_.due_date;
    const auto& reminder = change_.reminder_at;
    if (due && *due && reminder && *reminder && **reminder >= **due)
      errors_.refuse("/reminder_at", "must be before due_date");
  }

  void require_title() {
    if (!title_seen_) errors_.refuse("/title", "is required");
  }

  std::expected<TaskChange, BodyFault> result() && {
    if (!errors_.empty()) return std::unexpected{std::move(errors_).fault()};
    return std::move(change_);
  }

 private:
  void read_member(std::string_view name, dom::element value) {
    if (name == "title") {
      title_seen_ = true;
      change_.title = errors_.name("/title", value, max_title);
    } else if (name == "description") {
      read_description(value);
    } else if (name == "completed") {
      bool completed = false;
      if (value.get(completed) == simdjson::SUCCESS)
        change_.completed = completed;
      else
        errors_.refuse("/completed", "must be true or false");
    } else if (name == "priority") {
      read_priority(value);
    } else if (name == "due_date") {
      read_time("/due_date", value, change_.due_date);
    } else if (name == "reminder_at") {
      read_time("/reminder_at", value, change_.reminder_at);
    } else if (name == "tag_ids") {
      read_tag_ids(value);
    } else {
      errors_.refuse_unknown(name);
    }
  }

  void read_description(dom::element value) {
    if (value.is_null()) {
      change_.description.emplace(std::nullopt);
      return;
    }
    const auto text = errors_.text("/description", value);
    if (!text) return;
    if (http::code_points(*text) > max_description)
      return errors_.refuse("/description", "must have at most 10000 characters");
    if (database::has_too_many_marks_in_a_row(*text))
      return errors_.refuse("/description", "must have at most 30 combining marks in a row");
    change_.description.emplace(std::string{*text});
  }

  void read_priority(dom::element value) {
    if (value.is_null()) {
      change_.priority.emplace(std::nullopt);
      return;
    }
    const auto found = std::ranges::find(priority_names, string_of(value).value_or(""));
    if (found == priority_names.end())
      return errors_.refuse("/priority", "must be low, medium, high or null");
    change_.priority.emplace(static_cast<Priority>(found - priority_names.begin()));
  }

  void read_time(std::string_view pointer, dom::element value,
                 std::optional<std::optional<Instant>>& member) {
    if (value.is_null()) {
      member.emplace(std::nullopt);
      return;
    }
    const auto time = parse_time(string_of(value).value_or(""));
    if (!time) return errors_.refuse(pointer, "must be a date-time like 2026-11-23T10:00:00Z, or null");
    member.emplace(*time);
  }

  void read_tag_ids(dom::element value) {
    dom::array array;
    if (value.get(array) != simdjson::SUCCESS)
      return errors_.refuse("/tag_ids", "must be an array of the ids of your tags");
    auto& ids = change_.tag_ids.emplace();
    std::size_t index = 0;
    for (const dom::element element : array) {
      if (index == max_tags) return errors_.refuse("/tag_ids", "must have at most 100 ids");
      if (errors_.full()) return;
      read_tag_id("/tag_ids/" + std::to_string(index++), element, ids);
    }
  }

  void read_tag_id(const std::string& pointer, dom::element element, std::vector<std::int64_t>& ids) {
    std::int64_t id = 0;
    if (element.get(id) != simdjson::SUCCESS || id < 1)
      return errors_.refuse(pointer, "must be the id of one of your tags");
    if (std::ranges::find(ids, id) != ids.end()) return errors_.refuse(pointer, "is given more than once");
    ids.push_back(id);
  }

  TaskChange change_;
  MemberErrors errors_;
  bool title_seen_ = false;
};

}  // namespace

std::expected<NewTask, BodyFault> parse_new_task(std::string_view body) {
  const auto object = http::parse_body(body);
  if (!object) return std::unexpected{object.error()};
  TaskReader reader{*object};
  reader.require_title();
  auto values = std::move(reader).result();
  if (!values) return std::unexpected{std::move(values).error()};
  return NewTask{.title = *std::move(values->title),
                 .description = std::move(values->description).value_or(std::nullopt),
                 .completed = values->completed.value_or(false),
                 .priority = values->priority.value_or(std::nullopt),
                 .due_date = values->due_date.value_or(std::nullopt),
                 .reminder_at = values->reminder_at.value_or(std::nullopt),
                 .tag_ids = std::move(values->tag_ids).value_or(std::vector<std::int64_t>{})};
}

std::expected<TaskChange, BodyFault> parse_task_replacement(std::string_view body) {
  auto task = parse_new_task(body);
  if (!task) return std::unexpected{std::move(task).error()};
  return TaskChange{.title = std::move(task->title),
                    .description = std::move(task->description),
                    .completed = task->completed,
                    .priority = task->priority,
                    .due_date = task->due_date,
                    .reminder_at = task->reminder_at,
                    .tag_ids = std::move(task->tag_ids)};
}

std::expected<TaskChange, BodyFault> parse_task_change(std::string_view body) {
  const auto object = http::parse_body(body);
  if (!object) return std::unexpected{object.error()};
  return TaskReader{*object}.result();
}

std::string task_json(const Task& task) {
  return http::row_json(task);
}

std::string task_page_json(const database::Page<Task>& tasks, const database::PageRequest& request) {
  return http::page_json(tasks, request);
}

}  // namespace drawbridge::api
