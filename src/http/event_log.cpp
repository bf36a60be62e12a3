#include "http/event_log.h"

#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/errors/hints.h"

namespace drawbridge::http {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

/// With its quotes; control characters escaped, so that one event stays one line.
std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

spdlog::level::level_enum level_of(int status) {
  if (status == 503) return spdlog::level::warn;
  return status >= 500 ? spdlog::level::err : spdlog::level::info;
}

double milliseconds_of(const RequestRecord& record) {
  return std::chrono::duration<double, std::milli>(record.took).count();
}

}  // namespace

EventLog::EventLog(spdlog::level::level_enum level, Format format, Wording wording)
    : EventLog{std::make_shared<spdlog::sinks::stderr_sink_mt>(), level, format, std::move(wording)} {}

EventLog::EventLog(std::shared_ptr<spdlog::sinks::sink> sink, spdlog::level::level_enum level, Format format,
                   Wording wording)
    : logger_{std::make_shared<spdlog::logger>("drawbridge", std::move(sink))},
      format_{format},
      wording_{std::move(wording)} {
  logger_->set_level(level);
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == Format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
}

std::string EventLog::worded(std::string_view text) const {
  return wording_ ? wording_(std::string{text}) : std::string{text};
}

std::string EventLog::text_line(const RequestRecord& record) const {
  std::string line = fmt::format("{} {} {} {:.3f}ms id={}", display_text(record.method), record.route_pattern,
                                 record.status, milliseconds_of(record), record.request_id);
  if (record.identity && record.identity->uuid()) line += " user=" + record.identity->uuid()->text();
  if (record.code) {
    line += " code=";
    line += name_of(*record.code);
  }
  if (!record.note.empty()) line += " note=" + json_text(worded(record.note));
  return line;
}

std::string EventLog::json_line(const RequestRecord& record) const {
  std::string line =
      fmt::format(R"("event":"request","method":{},"route":"{}","status":{},"ms":{:.3f},"request_id":"{}")",
                  json_text(display_text(record.method)), record.route_pattern, record.status,
                  milliseconds_of(record), record.request_id);
  if (record.identity && record.identity->uuid())
    fmt::format_to(std::back_inserter(line), R"(,"user_id":"{}")", record.identity->uuid()->text());
  if (record.code) fmt::format_to(std::back_inserter(line), R"(,"code":"{}")", name_of(*record.code));
  if (!record.note.empty()) line += ",\"note\":" + json_text(worded(record.note));
  return line;
}

void EventLog::request(const RequestRecord& record) {
  const auto level = level_of(record.status);
  if (!logger_->should_log(level)) return;
  logger_->log(level, format_ == Format::json ? json_line(record) : text_line(record));
}

void EventLog::event(spdlog::level::level_enum level, std::string_view event, std::string_view text) {
  if (!logger_->should_log(level)) return;
  const std::string said = worded(text);
  logger_->log(level, format_ == Format::json
                          ? fmt::format(R"("event":{},"text":{})", json_text(event), json_text(said))
                          : fmt::format("{}: {}", event, display_text(said, said.size())));
}

}  // namespace drawbridge::http
