#include "api/tasks/task_query.h"

#include "api/tasks/task_json.h"
#include "core/text/whole_number.h"
#include "http/query.h"

namespace drawbridge::api {
namespace {

using http::Choices;

constexpr std::size_t max_tags = 100;
constexpr std::size_t max_search = 255;

constexpr Choices<std::optional<bool>, 3> statuses{
    {{"all", std::nullopt}, {"open", false}, {"completed", true}}};
constexpr Choices<Priority, 3> priorities{{{priority_names[0], Priority::low},
                                           {priority_names[1], Priority::medium},
                                           {priority_names[2], Priority::high}}};
constexpr Choices<SortBy, 4> sort_keys{{{"created_at", SortBy::created_at},
                                        {"due_date", SortBy::due_date},
                                        {"priority", SortBy::priority},
                                        {"title", SortBy::title}}};
constexpr Choices<Order, 2> orders{{{"asc", Order::ascending}, {"desc", Order::descending}}};

std::vector<std::int64_t> take_tags(http::QueryReader& query) {
  std::vector<std::int64_t> tags;
  const auto texts = query.take_all("tag");
  if (texts.size() > max_tags) query.add_error("tag", "may be given at most 100 times");
  for (const auto& text : texts) {
    const auto tag = whole_number<std::int64_t>(text, 1);
    if (!tag) {
      query.add_error("tag", "must be the id of a tag");
      break;
    }
    tags.push_back(*tag);
  }
  return tags;
}

}  // namespace

std::expected<TaskListRequest, std::vector<http::FieldError>> task_list_request(std::string_view raw_query) {
  TaskListRequest request;
  http::QueryReader query{raw_query};
  auto& filter = request.filter;
  filter.completed = query.take_choice("status", statuses).value_or(std::nullopt);
  filter.priority = query.take_choice("priority", priorities);
  filter.any_tag_of = take_tags(query);
  filter.due_after = query.take_time("due_after");
  filter.due_before = query.take_time("due_before");
  filter.search = query.take_text("search", max_search);
  if (const auto sort_by = query.take_choice("sort_by", sort_keys)) request.sort_by = *sort_by;
  if (const auto order = query.take_choice("order", orders)) request.order = *order;
  request.page = query.take_page();
  if (auto errors = std::move(query).errors(); !errors.empty()) return std::unexpected{std::move(errors)};
  return request;
}

}  // namespace drawbridge::api
