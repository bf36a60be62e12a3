#include "http/event_log.h"

#include <iterator>
#include <mutex>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "core/text/visible_text.h"
#include "http/line_writer.h"

namespace drawbridge::http {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

std::unique_ptr<spdlog::formatter> formatter_for(EventLog::Format format) {
  return std::make_unique<spdlog::pattern_formatter>(
      format == EventLog::Format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
}

/// With its quotes; what a terminal would obey is escaped, so that one event stays one line.
std::string json_text(std::string_view text) {
  return visible_json(boost::json::serialize(boost::json::string_view{text.data(), text.size()}));
}

std::string event_text(EventLog::Format format, std::string_view event, std::string_view text) {
  return format == EventLog::Format::json
             ? fmt::format(R"("event":{},"text":{})", json_text(event), json_text(text))
             : fmt::format("{}: {}", event, display_text(text, text.size()));
}

/// The line about lines that are missing.
LogQueue::LostLine lost_line_for(EventLog::Format format) {
  const std::shared_ptr<spdlog::formatter> formatter = formatter_for(format);
  return [formatter, format](std::uint64_t lost) {
    const std::string text =
        event_text(format, "log",
                   fmt::format("{} {} missing here: the log could not be written as fast as it grew", lost,
                               lost == 1 ? "line is" : "lines are"));
    spdlog::memory_buf_t line;
    formatter->format({"drawbridge", spdlog::level::warn, text}, line);
    return fmt::to_string(line);
  };
}

/// Standard error, which is never waited for.
class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit StandardErrorSink(EventLog::Format format) : writer_{STDERR_FILENO, lost_line_for(format)} {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    writer_.write({line.data(), line.size()});
  }
  void flush_() override {}

  LineWriter writer_;
};

spdlog::level::level_enum level_of(int status) {
  if (status == 503) return spdlog::level::warn;
  return status >= 500 ? spdlog::level::err : spdlog::level::info;
}

double milliseconds_of(const RequestRecord& record) {
  return std::chrono::duration<double, std::milli>(record.took).count();
}

}  // namespace

EventLog::EventLog(spdlog::level::level_enum level, Format format, Wording wording)
    : EventLog{std::make_shared<StandardErrorSink>(format), level, format, std::move(wording)} {}

EventLog::EventLog(std::shared_ptr<spdlog::sinks::sink> sink, spdlog::level::level_enum level, Format format,
                   Wording wording)
    : logger_{std::make_shared<spdlog::logger>("drawbridge", std::move(sink))},
      format_{format},
      wording_{std::move(wording)} {
  logger_->set_level(level);
  logger_->set_formatter(formatter_for(format));
  // What spdlog does by itself is to write to standard error, and to wait for it.
  logger_->set_error_handler([](const std::string&) {});
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
  logger_->log(level, event_text(format_, event, worded(text)));
}

}  // namespace drawbridge::http
