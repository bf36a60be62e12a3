#pragma once

// The failures that every store gives in the same words, and the bounds of a page.

#include <string>

#include "store/store.h"

namespace drawbridge::store {

inline std::unexpected<StoreError> failed(StoreError::Kind kind, std::string text) {
  return std::unexpected{StoreError{.kind = kind, .text = std::move(text)}};
}

inline std::unexpected<StoreError> not_found() {
  return failed(StoreError::Kind::not_found, "the owner has no such row");
}

inline std::unexpected<StoreError> user_unknown() {
  return failed(StoreError::Kind::user_unknown, "the owner is no longer in table \"user\"");
}

/// Whether it is one that a list takes.
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

}  // namespace drawbridge::store
