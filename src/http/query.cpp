#include "http/query.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "core/hints.h"

namespace drawbridge::http {
namespace {

constexpr std::int64_t max_limit = 100;
/// Leaves room to multiply with the limit.
constexpr std::int64_t max_page = std::numeric_limits<std::int64_t>::max() / max_limit;
constexpr std::size_t max_errors = 20;

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
    for (const auto& parameter : parsed->encoded_params()) {
      auto name = parameter.key.decode(form_encoded);
      const bool is_new = values_.emplace(name, parameter.value.decode(form_encoded)).second;
      if (!is_new) add_error(name, "is given more than once");
    }
  }

  /// The whole number from `min` to `max` under that name, which is then known.
  std::optional<std::int64_t> take_number(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    const std::string text = std::move(found->second);
    values_.erase(found);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (is_number && number >= min && number <= max) return number;
    add_error(name, max == max_page ? "must be a whole number from 1 up"
                                    : "must be a whole number from 1 to " + std::to_string(max));
    return std::nullopt;
  }

  /// All errors, once every known parameter is taken.
  std::vector<FieldError> errors() && {
    for (const auto& [name, value] : values_) add_error(name, "is not a parameter of this route");
    return std::move(errors_);
  }

 private:
  void add_error(std::string_view name, std::string message) {
    if (errors_.size() < max_errors) errors_.push_back({pointer_to(name), std::move(message)});
  }

  std::map<std::string, std::string, std::less<>> values_;
  std::vector<FieldError> errors_;
};

}  // namespace

std::expected<store::PageRequest, std::vector<FieldError>> page_request(std::string_view raw_query) {
  store::PageRequest request;
  QueryReader query{raw_query};
  if (const auto page = query.take_number("page", 1, max_page)) request.page = *page;
  if (const auto limit = query.take_number("limit", 1, max_limit)) request.limit = *limit;
  if (auto errors = std::move(query).errors(); !errors.empty()) return std::unexpected{std::move(errors)};
  return request;
}

std::vector<FieldError> errors_of_unwanted_query(std::string_view raw_query) {
  return QueryReader{raw_query}.errors();
}

}  // namespace drawbridge::http
