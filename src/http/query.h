#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/time_text.h"
#include "database/page.h"
#include "http/problem.h"

namespace drawbridge::http {

/// What a parameter's value is called, and what it means.
template <class T, std::size_t size>
using Choices = std::array<std::pair<std::string_view, T>, size>;

/// Reads the parameters of a query one by one. Each function takes the parameter of a name and, where its
/// value is not what it must be, notes why and gives nothing.
class QueryReader {
 public:
  /// `raw_query` is what follows `?`.
  explicit QueryReader(std::string_view raw_query);

  /// The value of a parameter that may come once.
  std::optional<std::string> take(std::string_view name);
  /// All values of a parameter that may come more than once.
  std::vector<std::string> take_all(std::string_view name);
  std::optional<std::int64_t> take_number(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<Instant> take_time(std::string_view name);
  /// UTF-8 without NUL of at most `max` code points; empty when absent.
  std::string take_text(std::string_view name, std::size_t max);
  /// `page` and `limit`.
  database::PageRequest take_page();

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

  /// At most 20 are kept.
  void add_error(std::string_view name, std::string message);
  /// All errors, once every known parameter is taken: what is left is not a parameter of the route.
  std::vector<FieldError> errors() &&;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<FieldError> errors_;
};

/// The parameters of a list that is only paged.
std::expected<database::PageRequest, std::vector<FieldError>> page_request(std::string_view raw_query);

/// The errors of a query where none belongs: one for each parameter.
std::vector<FieldError> errors_of_unwanted_query(std::string_view raw_query);

}  // namespace drawbridge::http
