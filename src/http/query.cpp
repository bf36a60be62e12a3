#include "http/query.h"

#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "http/json_time.h"
#include "http/task_json.h"
#include "http/unicode_text.h"

namespace drawbridge::http {
namespace {

using Errors = std::vector<FieldError>;
using store::SortBy;

using store::max_page_limit;
/// Leaves room to multiply with the limit.
constexpr std::int64_t max_page = std::numeric_limits<std::int64_t>::max() / max_page_limit;
constexpr std::int64_t max_tag_id = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t max_tags = 100;
constexpr std::size_t max_search = 255;
constexpr std::size_t max_errors = 20;

/// What a parameter's value is called, and what it means.
template <class T, std::size_t size>
using Choices = std::array<std::pair<std::string_view, T>, size>;

constexpr Choices<std::optional<bool>, 3> statuses{
    {{"all", std::nullopt}, {"open", false}, {"completed", true}}};
constexpr Choices<store::Priority, 3> priorities{{{priority_names[0], store::Priority::low},
                                                  {priority_names[1], store::Priority::medium},
                                                  {priority_names[2], store::Priority::high}}};
constexpr Choices<SortBy, 4> sort_keys{{{"created_at", SortBy::created_at},
                                        {"due_date", SortBy::due_date},
                                        {"priority", SortBy::priority},
                                        {"title", SortBy::title}}};
constexpr Choices<store::Order, 2> orders{
    {{"asc", store::Order::ascending}, {"desc", store::Order::descending}}};

/// The whole number that the text is, of at least `min` and at most `max`.
std::optional<std::int64_t> number_in(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max)
    return std::nullopt;
  return number;
}

std::string pointer_to(std::string_view parameter) {
  return '?' + display_text(parameter);
}

class QueryReader {
 public:
  explicit QueryReader(std::string_view raw_query) {
    if (raw_query.empty()) return;
    // Not urls::parse_query(): in Boost 1.81 it reads one byte past the end of what it is given.
    const std::string target = "/?" + std::string{raw_query};
    const auto parsed = boost::urls::parse_origin_form(target);
    if (!parsed) {
      errors_.push_back({"?", "is not a query of percent-encoded parameters"});
      return;
    }
    const boost::urls::encoding_opts form_encoded{true};
    for (const auto& parameter : parsed->encoded_params())
      values_[parameter.key.decode(form_encoded)].push_back(parameter.value.decode(form_encoded));
  }

  /// All values of a parameter, which is then known.
  std::vector<std::string> take_all(std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end()) return {};
    auto values = std::move(found->second);
    values_.erase(found);
    return values;
  }

  /// The value of a parameter that may come once.
  std::optional<std::string> take(std::string_view name) {
    auto values = take_all(name);
    if (values.empty()) return std::nullopt;
    if (values.size() > 1) {
      add_error(name, "is given more than once");
      return std::nullopt;
    }
    return std::move(values.front());
  }

  std::optional<std::int64_t> take_number(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    const auto number = number_in(*text, min, max);
    if (!number)
      add_error(name, max == max_page ? "must be a whole number from 1 up"
                                      : "must be a whole number from 1 to " + std::to_string(max));
    return number;
  }

  template <class T, std::size_t size>
  std::optional<T> take_choice(std::string_view name, const Choices<T, size>& choices) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    std::string names;
    for (const auto& [choice, meaning] : choices) {
      if (*text == choice) return meaning;
      names += names.empty() ? "" : ", ";
      names += choice;
    }
    add_error(name, "must be one of " + names);
    return std::nullopt;
  }

  std::optional<store::Instant> take_time(std::string_view name) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    const auto time = parse_time(*text);
    if (!time) add_error(name, "must be a date-time like 2026-11-23T10:00:00Z");
    return time;
  }

  std::vector<std::int64_t> take_tags(std::string_view name) {
    std::vector<std::int64_t> tags;
    const auto texts = take_all(name);
    if (texts.size() > max_tags) add_error(name, "may be given at most 100 times");
    for (const auto& text : texts) {
      const auto tag = number_in(text, 1, max_tag_id);
      if (!tag) {
        add_error(name, "must be the id of a tag");
        break;
      }
      tags.push_back(*tag);
    }
    return tags;
  }

  std::string take_search(std::string_view name) {
    auto text = take(name).value_or("");
    if (!simdjson::validate_utf8(text))
      add_error(name, "must be UTF-8");
    else if (text.contains('\0'))
      add_error(name, "must not have the character NUL");
    else if (code_points(text) > max_search)
      add_error(name, "must have at most 255 characters");
    return text;
  }

  store::PageRequest take_page() {
    store::PageRequest request;
    if (const auto page = take_number("page", 1, max_page)) request.page = *page;
    if (const auto limit = take_number("limit", 1, max_page_limit)) request.limit = *limit;
    return request;
  }

  /// All errors, once every known parameter is taken.
  Errors errors() && {
    for (const auto& [name, values] : values_) add_error(name, "is not a parameter of this route");
    return std::move(errors_);
  }

 private:
  void add_error(std::string_view name, std::string message) {
    if (errors_.size() < max_errors) errors_.push_back({pointer_to(name), std::move(message)});
  }

  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  Errors errors_;
};

}  // namespace

std::expected<store::TaskListRequest, Errors> task_list_request(std::string_view raw_query) {
  store::TaskListRequest request;
  QueryReader query{raw_query};
  auto& filter = request.filter;
  filter.completed = query.take_choice("status", statuses).value_or(std::nullopt);
  filter.priority = query.take_choice("priority", priorities);
  filter.any_tag_of = query.take_tags("tag");
  filter.due_after = query.take_time("due_after");
  filter.due_before = query.take_time("due_before");
  filter.search = query.take_search("search");
  if (const auto sort_by = query.take_choice("sort_by", sort_keys)) request.sort_by = *sort_by;
  if (const auto order = query.take_choice("order", orders)) request.order = *order;
  request.page = query.take_page();
  if (auto errors = std::move(query).errors(); !errors.empty()) return std::unexpected{std::move(errors)};
  return request;
}

std::expected<store::PageRequest, Errors> page_request(std::string_view raw_query) {
  QueryReader query{raw_query};
  const auto request = query.take_page();
  if (auto errors = std::move(query).errors(); !errors.empty()) return std::unexpected{std::move(errors)};
  return request;
}

Errors errors_of_unwanted_query(std::string_view raw_query) {
  return QueryReader{raw_query}.errors();
}

}  // namespace drawbridge::http
