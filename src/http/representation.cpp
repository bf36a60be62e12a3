#include "http/representation.h"

#include <algorithm>
#include <optional>

#include "core/text/ascii.h"

namespace drawbridge::http {
namespace {

/// `0`, `1`, `0.5`, `0.123` as thousandths (RFC 9110 §12.4.2); nothing for any other text.
std::optional<int> weight_of(std::string_view text) {
  constexpr std::size_t digits = 3;
  if (text.empty() || (text.front() != '0' && text.front() != '1')) return std::nullopt;
  int weight = (text.front() - '0') * 1000;
  text.remove_prefix(1);
  if (text.empty()) return weight;
  if (text.front() != '.' || text.size() > 1 + digits) return std::nullopt;
  int place = 100;
  for (const char digit : text.substr(1)) {
    if (!ascii::is_digit(digit)) return std::nullopt;
    weight += place * (digit - '0');
    place /= 10;
  }
  return weight > 1000 ? std::nullopt : std::optional{weight};
}

struct Coding {
  std::string_view name;
  int weight;  ///< 0 where it is refused, or where what it says cannot be read
};

/// `gzip;q=0.5`
Coding coding_of(std::string_view item) {
  const auto end = std::min(item.find(';'), item.size());
  Coding coding{.name = ascii::trimmed(item.substr(0, end)), .weight = 1000};
  if (end == item.size()) return coding;
  const auto parameter = ascii::trimmed(item.substr(end + 1));
  const bool is_weight = ascii::lower(parameter.substr(0, 2)) == "q=";
  coding.weight = is_weight ? weight_of(parameter.substr(2)).value_or(0) : 0;
  return coding;
}

}  // namespace

/// Of a coding that is named twice the smaller weight counts: one that was refused is not sent.
bool prefers_gzip(std::span<const std::string_view> accept_encoding) {
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> any_other;
  for (const std::string_view line : accept_encoding) {
    for (const std::string_view item : ascii::split_at_commas(line)) {
      const Coding coding = coding_of(item);
      if (ascii::equal_ignoring_case(coding.name, "gzip") ||
          ascii::equal_ignoring_case(coding.name, "x-gzip"))
        gzip = std::min(coding.weight, gzip.value_or(coding.weight));
      else if (ascii::equal_ignoring_case(coding.name, "identity"))
        identity = coding.weight;
      else if (coding.name == "*")
        any_other = coding.weight;
    }
  }
  const int weight = gzip.value_or(any_other.value_or(0));
  return weight > 0 && weight >= identity.value_or(0);
}

bool is_named_by(std::span<const std::string_view> if_none_match, std::string_view entity_tag) {
  constexpr std::string_view weak = "W/";
  for (const std::string_view line : if_none_match) {
    for (std::string_view item : ascii::split_at_commas(line)) {
      if (item.starts_with(weak)) item.remove_prefix(weak.size());
      if (item == entity_tag || item == "*") return true;
    }
  }
  return false;
}

}  // namespace drawbridge::http
