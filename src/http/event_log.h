#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include "drawbridge/auth_error.h"
#include "drawbridge/identity.h"

namespace drawbridge::http {

/// One request as the log shows it. It has no place for a path, a query, a body or a token.
struct RequestRecord {
  std::string_view method;
  std::string_view route_pattern;
  int status;
  std::optional<ErrorCode> code;
  std::chrono::nanoseconds took;
  std::string_view request_id;
  const std::optional<Identity>& identity;
  std::string_view note;  ///< why, and what to do about it
};

/// The program's log: one line for each request and each event. Any thread may write.
class EventLog {
 public:
  enum class Format { text, json };

  /// How the notes and events, which may be texts of the library, are to read.
  using Wording = std::function<std::string(std::string)>;

  /// Writes to standard error, for which nobody waits: a line that cannot be kept until it is written is
  /// counted, and the log says how many are missing.
  EventLog(spdlog::level::level_enum level, Format format, Wording wording);
  /// Writes to that sink, whose pattern is set.
  EventLog(std::shared_ptr<spdlog::sinks::sink> sink, spdlog::level::level_enum level, Format format,
           Wording wording = {});

  /// Errors of ours (500) are errors, what is unavailable (503) is a warning, all else information.
  void request(const RequestRecord& record);

  /// Something that is not a request; `text` is one line without a secret.
  void event(spdlog::level::level_enum level, std::string_view event, std::string_view text);

 private:
  std::string worded(std::string_view text) const;
  std::string text_line(const RequestRecord& record) const;
  std::string json_line(const RequestRecord& record) const;

  std::shared_ptr<spdlog::logger> logger_;
  Format format_;
  Wording wording_;
};

}  // namespace drawbridge::http
