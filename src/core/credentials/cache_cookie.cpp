#include "core/credentials/cache_cookie.h"

#include <algorithm>
#include <array>

#include "core/credentials/cookie_header.h"
#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge {
namespace {

/// Whether a chunk is called so: a dot and a number without leading zeros after the cookie's own name.
bool names_a_chunk(std::string_view suffix) {
  if (suffix.size() < 2 || suffix.front() != '.') return false;
  const std::string_view digits = suffix.substr(1);
  return std::ranges::all_of(digits, ascii::is_digit) && (digits.size() == 1 || digits.front() != '0');
}

}  // namespace

std::optional<std::string> cache_cookie_name(std::string_view session_cookie_name) {
  constexpr std::string_view ending = "session_token";
  if (!session_cookie_name.ends_with(ending)) return std::nullopt;
  session_cookie_name.remove_suffix(ending.size());
  return std::string{session_cookie_name} + "session_data";
}

std::expected<std::string, CookieFault> cache_cookie_value(std::span<const std::string_view> headers,
                                                           std::string_view name) {
  std::optional<std::string_view> whole;
  std::array<std::optional<std::string_view>, max_cache_chunks> chunks{};
  std::size_t end = 0;  // after the last chunk
  std::optional<CookieFault> fault;
  const auto put = [&](std::optional<std::string_view>& place, std::string_view value) {
    if (place) fault = CookieFault::twice;
    place = value;
  };
  each_cookie(headers, [&](std::string_view of, std::string_view value) {
    if (!of.starts_with(name)) return;
    const std::string_view suffix = of.substr(name.size());
    if (suffix.empty()) return put(whole, value);
    if (!names_a_chunk(suffix)) return;
    const auto index = whole_number<std::size_t>(suffix.substr(1), 0);
    if (!index || *index >= chunks.size()) {
      fault = fault.value_or(CookieFault::malformed);
      return;
    }
    put(chunks[*index], value);
    end = std::max(end, *index + 1);
  });
  if (fault) return std::unexpected{*fault};
  if (whole && end > 0) return std::unexpected{CookieFault::twice};
  if (whole && !whole->empty()) return std::string{*whole};
  if (end == 0) return std::unexpected{CookieFault::absent};
  std::string joined;
  for (const auto& chunk : std::span{chunks}.first(end)) {
    if (!chunk) return std::unexpected{CookieFault::malformed};
    joined += *chunk;
  }
  if (end == 1) return std::unexpected{CookieFault::malformed};
  return joined;
}

}  // namespace drawbridge
