#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "drawbridge/auth_error.h"

#include "database/store.h"
#include "http/shed.h"

namespace drawbridge::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";

/// An answer before it becomes bytes.
struct Response {
  struct Header {
    std::string_view name;  ///< a literal
    std::string value;      ///< of our own making: nothing a client sent may end up here unchecked
  };

  int status = 200;
  std::string_view content_type = {};  ///< a literal; empty for an answer without a body
  std::string body = {};
  /// In place of `body`: bytes that are there as long as the program. They are sent from where they are, so
  /// that whoever reads slowly holds no memory with them.
  std::string_view static_body = {};
  std::string_view cache_control = "no-store";  ///< a literal, as the next
  std::string_view vary = "Origin";  ///< on every answer: a cache must not serve one origin's to another
  std::vector<Header> headers = {};
  std::optional<ErrorCode> code = {};  ///< set on every error, for the log
  std::optional<Shed> shed = {};       ///< set where there was too much to do, to be counted
  std::string note = {};               ///< for the log only: why, and what to do about it

  std::size_t body_size() const { return static_body.empty() ? body.size() : static_body.size(); }
};

class SharedAnswer;

/// Work on the database that makes the answer, run on a database thread.
struct StoreWork {
  enum class Kind { read, write };
  Kind kind;
  std::move_only_function<Response(database::Session&)> run;
  /// The answer when the database has too much to do; nothing means `store_unavailable`.
  std::optional<Response> when_full = {};
  /// Where the answer is the same for all: those who ask while it is made wait for it, and it is kept.
  std::shared_ptr<SharedAnswer> shared = {};
  /// It may read all that the sender has (WorkOptions::costly).
  bool costly = false;
};

/// What a resource makes of a request: the answer, or work that gives it.
using Outcome = std::variant<Response, StoreWork>;

}  // namespace drawbridge::http
