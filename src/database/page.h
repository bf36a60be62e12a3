#pragma once

// Pages of a list.

#include <cstdint>
#include <vector>

namespace drawbridge::database {

inline constexpr std::int64_t max_page_limit = 100;

/// Which page of a list: `page` counts from 1, `limit` is 1 to max_page_limit.
struct PageRequest {
  std::int64_t page = 1;
  std::int64_t limit = 20;
};

/// One page of an owner's rows, and how many there are on all pages.
template <class T>
struct Page {
  std::vector<T> items{};
  std::int64_t total = 0;
};

/// Whether a list takes it.
inline bool is_within_bounds(const PageRequest& page) {
  return page.page >= 1 && page.limit >= 1 && page.limit <= max_page_limit;
}

/// Whether the page lies behind that many rows; otherwise its offset is within 64 bits.
inline bool is_past(std::int64_t rows, const PageRequest& page) {
  return page.page - 1 > rows / page.limit;
}

inline std::int64_t offset_of(const PageRequest& page) {
  return (page.page - 1) * page.limit;
}

/// The offset, or one that is past any rows.
inline std::int64_t bounded_offset_of(const PageRequest& page) {
  constexpr std::int64_t past_all = std::int64_t{1} << 62;
  return is_past(past_all, page) ? past_all : offset_of(page);
}

}  // namespace drawbridge::database
