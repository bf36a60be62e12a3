#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "drawbridge/key_set.h"

namespace drawbridge::bench {

/// Tokens of as many users, all good, all signed by one key, all of one size; signed when made, on every
/// core.
class DistinctTokens {
 public:
  explicit DistinctTokens(std::size_t count);

  std::size_t size() const { return count_; }
  std::string_view operator[](std::size_t index) const {
    return std::string_view{text_}.substr(index * token_size_, token_size_);
  }
  const KeySet& keys() const { return keys_; }

 private:
  std::size_t count_;
  std::size_t token_size_ = 0;
  std::string text_;  ///< one after the other: a million strings would take a third more
  KeySet keys_;
};

}  // namespace drawbridge::bench
