// An HTTP request as bytes: what passes the checks of its head has one meaning only, its path names nothing
// that could be read in another way, and a body that becomes a task stays that task when it is written out.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/json.hpp>
#include <simdjson.h>

#include "drawbridge/uuid.h"

#include "api/routes.h"
#include "api/tags/tag_json.h"
#include "api/tasks/task_json.h"
#include "api/tasks/task_query.h"
#include "core/identity/request_path.h"
#include "core/text/date_time.h"
#include "http/media_type.h"
#include "http/query.h"
#include "http/request_head.h"
#include "http/router.h"

namespace {

using namespace drawbridge;
using namespace drawbridge::http;
using State = HeadScanner::State;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', digits[byte >> 4], digits[byte & 0xF]};
  }
  return encoded;
}

void check_path(std::string_view path) {
  const auto segments = split_request_path(path);
  static const Routes routes = api::all_routes([] { return api::IssuerStatus{}; });
  require(segments || !find_route(routes, path));
  if (!segments) return;
  std::string again;
  for (const auto& segment : *segments) {
    require(!segment.empty() && segment != "." && segment != "..");
    for (const char c : segment) require(c != '/' && c != '\\' && static_cast<unsigned char>(c) >= 0x20);
    again += '/' + percent_encoded(segment);
  }
  require(split_request_path(again) == segments);
}

bool is_good(const database::PageRequest& page) {
  return page.page >= 1 && page.limit >= 1 && page.limit <= 100;
}

void check_query(std::string_view query) {
  const auto page = page_request(query);
  const auto tasks = api::task_list_request(query);
  require(!page || (tasks && is_good(*page)));
  if (!tasks) return;
  const auto& filter = tasks->filter;
  require(is_good(tasks->page) && filter.any_tag_of.size() <= 100);
  for (const auto tag : filter.any_tag_of) require(tag >= 1);
  require(simdjson::validate_utf8(filter.search) && !filter.search.contains('\0'));
}

void check_target(std::string_view target) {
  require(target.starts_with('/'));
  const auto question_mark = target.find('?');
  check_path(target.substr(0, question_mark));
  if (question_mark == std::string_view::npos) return;
  check_query(target.substr(question_mark + 1));
}

/// The lines of that name, counted without any of the code under test.
std::size_t count_fields(std::string_view head, std::string_view name) {
  std::size_t count = 0;
  for (auto end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
    head.remove_prefix(end + 2);
    count += head.size() > name.size() && head[name.size()] == ':' &&
             boost::beast::iequals(head.substr(0, name.size()), name);
  }
  return count;
}

/// Every byte of `head` is one request's head for Beast too, with the same target.
void check_good_head(std::string_view head) {
  require(head.ends_with("\r\n\r\n") && head.find("\r\n\r\n") == head.size() - 4);
  require(!head.contains("\r\n ") && !head.contains("\r\n\t") && !head.contains('\0'));
  require(count_fields(head, "host") == 1);
  require(count_fields(head, "content-length") + count_fields(head, "transfer-encoding") <= 1);

  boost::beast::http::request_parser<boost::beast::http::empty_body> parser;
  parser.header_limit(2 * max_head_size);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  const auto used = parser.put(boost::asio::buffer(head), error);
  if (error) return;
  require(used == head.size() && parser.is_header_done());
  require(parser.chunked() == (count_fields(head, "transfer-encoding") == 1));
  require(parser.content_length().has_value() == (count_fields(head, "content-length") == 1));
  const auto target = parser.get().target();
  check_target({target.data(), target.size()});
  const auto type = parser.get()[boost::beast::http::field::content_type];
  is_json_media_type({type.data(), type.size()});
}

void check_head(std::string_view received) {
  HeadScanner whole;
  const auto state = whole.scan(received);
  HeadScanner in_pieces;
  auto state_in_pieces = in_pieces.scan(received.substr(0, received.size() / 2));
  if (state_in_pieces == State::incomplete) state_in_pieces = in_pieces.scan(received);
  require(state == state_in_pieces);
  if (state != State::complete) return;
  require(whole.size() == in_pieces.size() && whole.size() <= received.size());
  const auto head = received.substr(0, whole.size());
  if (!head_fault(head)) check_good_head(head);
}

bool same(const api::NewTask& a, const api::NewTask& b) {
  return a.title == b.title && a.description == b.description && a.completed == b.completed &&
         a.priority == b.priority && a.due_date == b.due_date && a.reminder_at == b.reminder_at &&
         a.tag_ids == b.tag_ids;
}

void check_tag(std::string_view body) {
  const auto tag = api::parse_new_tag(body);
  if (!tag) {
    require(tag.error().malformed.empty() != tag.error().errors.empty());
    return;
  }
  auto written = boost::json::parse(api::tag_json({1, tag->name, tag->color})).as_object();
  written.erase("id");
  const auto again = api::parse_new_tag(boost::json::serialize(written));
  require(again && again->name == tag->name && again->color == tag->color);
}

void check_body(std::string_view body) {
  const auto task = api::parse_new_task(body);
  if (!task) {
    require(task.error().malformed.empty() != task.error().errors.empty());
    require(task.error().errors.size() <= 20);
    boost::json::parse(problem(task.error()).body);
    return;
  }
  require(api::parse_task_change(body).has_value());
  require(!task->title.empty() && !task->title.contains('\0'));
  const auto nobody = Uuid::from_bytes({});
  auto written = boost::json::parse(api::task_json({.id = nobody,
                                                    .user_id = nobody,
                                                    .title = task->title,
                                                    .description = task->description,
                                                    .completed = task->completed,
                                                    .priority = task->priority,
                                                    .due_date = task->due_date,
                                                    .reminder_at = task->reminder_at,
                                                    .tags = {},
                                                    .created_at = {},
                                                    .updated_at = {}}))
                     .as_object();
  for (const auto* given_by_us : {"id", "user_id", "tags", "created_at", "updated_at"})
    written.erase(given_by_us);
  written["tag_ids"] = boost::json::value_from(task->tag_ids);
  const auto again = api::parse_new_task(boost::json::serialize(written));
  require(again && same(*task, *again));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  check_head(input);
  check_path(input);
  check_body(input);
  const auto blank_line = input.find("\r\n\r\n");
  if (blank_line != std::string_view::npos) check_body(input.substr(blank_line + 4));
  check_tag(input);
  check_query(input);
  if (const auto time = parse_time(input)) require(parse_time(time_text(*time)) == time);
  return 0;
}
