#include "http/query.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/text/date_time.h"
#include "core/text/whole_number.h"
#include "http/unicode_text.h"

namespace drawbridge::http {
namespace {

using database::max_page_limit;
/// Leaves room to multiply with the limit.
constexpr std::int64_t max_page = std::numeric_limits<std::int64_t>::max() / max_page_limit;
constexpr std::size_t max_errors = 20;
/// A list of tasks takes 100 tags and nine others.
constexpr std::ptrdiff_t max_parameters = 200;

std::string pointer_to(std::string_view parameter) {
  return '?' + display_text(parameter);
}

}  // namespace

QueryReader::QueryReader(std::string_view raw_query) {
  if (raw_query.empty()) return;
  if (std::ranges::count(raw_query, '&') >= max_parameters) {
    errors_.push_back({"?", "must have at most 200 parameters"});
    return;
  }
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

std::vector<std::string> QueryReader::take_all(std::string_view name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  auto values = std::move(found->second);
  values_.erase(found);
  return values;
}

std::optional<std::string> QueryReader::take(std::string_view name) {
  auto values = take_all(name);
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) {
    add_error(name, "is given more than once");
    return std::nullopt;
  }
  return std::move(values.front());
}

std::optional<std::int64_t> QueryReader::take_number(std::string_view name, std::int64_t min,
                                                     std::int64_t max) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  const auto number = whole_number(*text, min, max);
  if (!number)
    add_error(name, max == max_page ? "must be a whole number of at least 1"
                                    : "must be a whole number from 1 to " + std::to_string(max));
  return number;
}

std::optional<Instant> QueryReader::take_time(std::string_view name) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time) add_error(name, "must be a date-time like 2026-11-23T10:00:00Z");
  return time;
}

std::string QueryReader::take_text(std::string_view name, std::size_t max) {
  auto text = take(name).value_or("");
  if (!simdjson::validate_utf8(text))
    add_error(name, "must be UTF-8");
  else if (text.contains('\0'))
    add_error(name, "must not contain the character NUL");
  else if (code_points(text) > max)
    add_error(name, "must have at most " + std::to_string(max) + " characters");
  return text;
}

database::PageRequest QueryReader::take_page() {
  database::PageRequest request;
  if (const auto page = take_number("page", 1, max_page)) request.page = *page;
  if (const auto limit = take_number("limit", 1, max_page_limit)) request.limit = *limit;
  return request;
}

void QueryReader::add_error(std::string_view name, std::string message) {
  if (errors_.size() < max_errors) errors_.push_back({pointer_to(name), std::move(message)});
}

std::vector<FieldError> QueryReader::errors() && {
  for (const auto& [name, values] : values_) add_error(name, "is not a parameter of this route");
  return std::move(errors_);
}

std::expected<database::PageRequest, std::vector<FieldError>> page_request(std::string_view raw_query) {
  QueryReader query{raw_query};
  const auto request = query.take_page();
  if (auto errors = std::move(query).errors(); !errors.empty()) return std::unexpected{std::move(errors)};
  return request;
}

std::vector<FieldError> errors_of_unwanted_query(std::string_view raw_query) {
  return QueryReader{raw_query}.errors();
}

}  // namespace drawbridge::http
