#include "http/task_json.h"

#include <boost/json.hpp>
#include <simdjson.h>

#include "core/hints.h"
#include "core/strict_json.h"
#include "http/json_time.h"

namespace drawbridge::http {
namespace {

namespace dom = simdjson::dom;
using store::Priority;

constexpr std::size_t max_title = 255;
constexpr std::size_t max_description = 10'000;
constexpr std::size_t max_errors = 20;

constexpr std::array<std::string_view, 3> priority_names{"low", "medium", "high"};

/// The characters with the property White_Space (Unicode 15, PropList.txt), as UTF-8.
constexpr std::array<std::string_view, 25> white_space{
    " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085", "\u00A0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

std::string_view trimmed(std::string_view text) {
  const auto at_start = [&](std::string_view space) { return text.starts_with(space); };
  const auto at_end = [&](std::string_view space) { return text.ends_with(space); };
  for (auto space = std::ranges::find_if(white_space, at_start); space != white_space.end();
       space = std::ranges::find_if(white_space, at_start))
    text.remove_prefix(space->size());
  for (auto space = std::ranges::find_if(white_space, at_end); space != white_space.end();
       space = std::ranges::find_if(white_space, at_end))
    text.remove_suffix(space->size());
  return text;
}

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// RFC 6901 §3, cut to a length worth reading.
std::string pointer_to(std::string_view member_name) {
  std::string pointer{"/"};
  for (const char c : display_text(member_name)) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

/// Reads the members of a task one by one and collects what is wrong with them.
class TaskReader {
 public:
  explicit TaskReader(dom::object object) {
    for (const auto field : object) {
      if (errors_.size() >= max_errors) return;
      read_member(field.key, field.value);
    }
    const auto& due = change_.due_date;
    const auto& reminder = change_.reminder_at;
    if (due && *due && reminder && *reminder && **reminder >= **due)
      refuse("/reminder_at", "must be before due_date");
  }

  void require_title() {
    if (!title_seen_) refuse("/title", "is required");
  }

  std::expected<store::TaskChange, BodyFault> result() && {
    if (!errors_.empty()) return std::unexpected{BodyFault{{}, std::move(errors_)}};
    return std::move(change_);
  }

 private:
  void read_member(std::string_view name, dom::element value) {
    if (name == "title") {
      title_seen_ = true;
      if (const auto title = text_of("/title", value)) read_title(trimmed(*title));
    } else if (name == "description") {
      read_description(value);
    } else if (name == "completed") {
      bool completed = false;
      if (value.get(completed) == simdjson::SUCCESS)
        change_.completed = completed;
      else
        refuse("/completed", "must be true or false");
    } else if (name == "priority") {
      read_priority(value);
    } else if (name == "due_date") {
      read_time("/due_date", value, change_.due_date);
    } else if (name == "reminder_at") {
      read_time("/reminder_at", value, change_.reminder_at);
    } else {
      refuse(pointer_to(name), "is not a member that can be set");
    }
  }

  void read_title(std::string_view title) {
    if (title.empty() || code_points(title) > max_title)
      return refuse("/title", "must have 1 to 255 characters, white space at both ends not counted");
    change_.title = std::string{title};
  }

  void read_description(dom::element value) {
    if (value.is_null()) {
      change_.description.emplace(std::nullopt);
      return;
    }
    const auto text = text_of("/description", value);
    if (!text) return;
    if (code_points(*text) > max_description)
      return refuse("/description", "must have at most 10000 characters");
    change_.description.emplace(std::string{*text});
  }

  void read_priority(dom::element value) {
    if (value.is_null()) {
      change_.priority.emplace(std::nullopt);
      return;
    }
    const auto found = std::ranges::find(priority_names, string_of(value).value_or(""));
    if (found == priority_names.end()) return refuse("/priority", "must be low, medium, high or null");
    change_.priority.emplace(static_cast<Priority>(found - priority_names.begin()));
  }

  void read_time(std::string_view pointer, dom::element value,
                 std::optional<std::optional<store::Instant>>& member) {
    if (value.is_null()) {
      member.emplace(std::nullopt);
      return;
    }
    const auto time = parse_time(string_of(value).value_or(""));
    if (!time) return refuse(pointer, "must be a date-time like 2026-11-23T10:00:00Z, or null");
    member.emplace(*time);
  }

  /// A text that every database can hold: PostgreSQL has no NUL in text.
  std::optional<std::string_view> text_of(std::string_view pointer, dom::element value) {
    const auto text = string_of(value);
    if (!text)
      refuse(pointer, pointer == "/title" ? "must be a string" : "must be a string or null");
    else if (text->contains('\0'))
      refuse(pointer, "must not have the character NUL");
    else
      return text;
    return std::nullopt;
  }

  void refuse(std::string_view pointer, std::string_view message) {
    errors_.push_back({std::string{pointer}, std::string{message}});
  }

  store::TaskChange change_;
  std::vector<FieldError> errors_;
  bool title_seen_ = false;
};

/// The body's members as a TaskReader sees them.
std::expected<TaskReader, BodyFault> read_task(std::string_view body) {
  // One for each thread: its buffers are worth keeping, and what it parsed is gone when this returns.
  thread_local dom::parser parser;
  dom::element root;
  const auto error = parser.parse(body.data(), body.size()).get(root);
  if (error == simdjson::UTF8_ERROR) return std::unexpected{BodyFault{"The body is not valid UTF-8.", {}}};
  if (error != simdjson::SUCCESS) return std::unexpected{BodyFault{"The body is not valid JSON.", {}}};
  if (const auto fault = strict_json_fault(root); !fault.empty())
    return std::unexpected{BodyFault{"The body " + fault + '.', {}}};
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS)
    return std::unexpected{BodyFault{{}, {{"", "must be a JSON object"}}}};
  return TaskReader{object};
}

template <class T>
boost::json::value json_or_null(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

boost::json::value json_or_null(const std::optional<store::Instant>& time) {
  return time ? boost::json::value(time_text(*time)) : boost::json::value(nullptr);
}

boost::json::object json_of(const store::Task& task) {
  boost::json::array tags;
  for (const auto& tag : task.tags)
    tags.push_back(
        boost::json::object{{"id", tag.id}, {"name", tag.name}, {"color", json_or_null(tag.color)}});
  std::optional<std::string_view> priority;
  if (task.priority) priority = priority_names[static_cast<std::size_t>(*task.priority)];
  return {
      {"id", task.id.text()},
      {"user_id", task.user_id.text()},
      {"title", task.title},
      {"description", json_or_null(task.description)},
      {"completed", task.completed},
      {"priority", json_or_null(priority)},
      {"due_date", json_or_null(task.due_date)},
      {"reminder_at", json_or_null(task.reminder_at)},
      {"tags", std::move(tags)},
      {"created_at", time_text(task.created_at)},
      {"updated_at", time_text(task.updated_at)},
  };
}

}  // namespace

Response problem(const BodyFault& fault) {
  if (!fault.malformed.empty()) return problem(ErrorCode::body_malformed, fault.malformed);
  return problem(fault.errors);
}

std::expected<store::NewTask, BodyFault> parse_new_task(std::string_view body) {
  auto reader = read_task(body);
  if (!reader) return std::unexpected{std::move(reader).error()};
  reader->require_title();
  auto values = std::move(*reader).result();
  if (!values) return std::unexpected{std::move(values).error()};
  return store::NewTask{.title = *std::move(values->title),
                        .description = std::move(values->description).value_or(std::nullopt),
                        .completed = values->completed.value_or(false),
                        .priority = values->priority.value_or(std::nullopt),
                        .due_date = values->due_date.value_or(std::nullopt),
                        .reminder_at = values->reminder_at.value_or(std::nullopt)};
}

std::expected<store::TaskChange, BodyFault> parse_task_change(std::string_view body) {
  auto reader = read_task(body);
  if (!reader) return std::unexpected{std::move(reader).error()};
  return std::move(*reader).result();
}

std::string task_json(const store::Task& task) {
  return boost::json::serialize(json_of(task));
}

std::string task_page_json(const store::TaskPage& tasks, const store::PageRequest& request) {
  boost::json::array items;
  items.reserve(tasks.items.size());
  for (const auto& task : tasks.items) items.push_back(json_of(task));
  return boost::json::serialize(boost::json::object{
      {"items", std::move(items)},
      {"total", tasks.total},
      {"page", request.page},
      {"limit", request.limit},
      {"pages", (tasks.total + request.limit - 1) / request.limit},
  });
}

}  // namespace drawbridge::http
