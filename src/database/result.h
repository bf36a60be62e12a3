#pragma once

// What asking a database gives: a value, or why there is none.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace drawbridge::database {

struct StoreError {
  enum class Kind {
    not_found,       ///< the owner has no such row
    user_unknown,    ///< a write by a user who is no longer in the database
    value_refused,   ///< a rule of the resource's forbids a value; `pointer` names it, `text` is for the
                     ///< client
    conflict,        ///< another row stands in the way; `text` is for the client
    quota_exceeded,  ///< the owner has as many as one may have; `text` is for the client
    unavailable,     ///< the database cannot be used now
    timed_out,       ///< the database took longer than it may
    internal,        ///< a fault of this program: an Identity without `uuid`, a value out of bounds
  };
  Kind kind;
  std::string text;       ///< one line without values; for the log where it is not for the client
  std::string pointer{};  ///< a JSON Pointer into the body (RFC 6901)
};

template <class T>
using Result = std::expected<T, StoreError>;

inline std::unexpected<StoreError> failed(StoreError::Kind kind, std::string text) {
  return std::unexpected{StoreError{.kind = kind, .text = std::move(text)}};
}

inline std::unexpected<StoreError> not_found() {
  return failed(StoreError::Kind::not_found, "the owner has no such row");
}

inline std::unexpected<StoreError> user_unknown() {
  return failed(StoreError::Kind::user_unknown, "the owner is no longer in table \"user\"");
}

inline std::unexpected<StoreError> quota_exceeded(std::int64_t most, std::string_view of_what) {
  return failed(StoreError::Kind::quota_exceeded,
                std::string{"You have "}
                    .append(std::to_string(most))
                    .append(" ")
                    .append(of_what)
                    .append(", which is the most that one user may have; delete some first."));
}

/// For work that there is no memory for.
inline StoreError no_memory() {
  return {.kind = StoreError::Kind::unavailable, .text = "there is not enough memory for this"};
}

inline std::unexpected<StoreError> refused_value(std::string pointer, std::string text) {
  return std::unexpected{StoreError{
      .kind = StoreError::Kind::value_refused, .text = std::move(text), .pointer = std::move(pointer)}};
}

}  // namespace drawbridge::database
