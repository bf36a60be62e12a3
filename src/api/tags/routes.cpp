#include "api/tags/routes.h"

#include <fmt/format.h>

#include "api/owned_work.h"
#include "api/tags/tag_json.h"
#include "api/tags/tag_rows.h"
#include "core/text/whole_number.h"
#include "http/resource_answers.h"

namespace drawbridge::api {
namespace {

using http::Access;
using http::json_answer;
using http::Method;
using http::Outcome;
using http::query_refused;
using http::Request;
using http::Response;
using http::StoreWork;

/// The second open segment of the pattern, in the one spelling that a number has. Any other names nothing.
std::optional<std::int64_t> tag_id_of(const Request& request) {
  const std::string& text = request.parameters[1];
  return text.starts_with('0') ? std::nullopt : whole_number<std::int64_t>(text, 1);
}

Response tag_answer(const Result<Tag>& tag) {
  return tag ? json_answer(200, tag_json(*tag)) : http::problem(tag.error());
}

Outcome list(const Request& request) {
  const auto page = http::page_request(request.query);
  if (!page) return http::problem(page.error());
  const auto work = [page = *page](auto& db, const Uuid& owner) { return find_tags(db, owner, page); };
  return owned_work(StoreWork::Kind::read, request, work, [page = *page](const Result<Page<Tag>>& tags) {
    return tags ? json_answer(200, tag_page_json(*tags, page)) : http::problem(tags.error());
  });
}

Outcome create(const Request& request, std::int64_t most) {
  const auto tag = parse_new_tag(request.body);
  if (!tag) return http::problem(tag.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto work = [tag = *tag, most](auto& db, const Uuid& owner) { return add_tag(db, owner, tag, most); };
  return owned_work(
      StoreWork::Kind::write, request, work,
      [user_id = request.identity->uuid().value()](const Result<Tag>& made) {
        if (!made) return http::problem(made.error());
        auto answer = json_answer(201, tag_json(*made));
        answer.headers.push_back({"Location", fmt::format("/api/v1/{}/tags/{}", user_id.text(), made->id)});
        return answer;
      });
}

Outcome get(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id](auto& db, const Uuid& owner) { return find_tag(db, owner, id); };
  return owned_work(StoreWork::Kind::read, request, work, tag_answer);
}

Outcome change(const Request& request) {
  const auto change = parse_tag_change(request.body);
  if (!change) return http::problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id, change = *change](auto& db, const Uuid& owner) {
    return change_tag(db, owner, id, change);
  };
  return owned_work(StoreWork::Kind::write, request, work, tag_answer);
}

Outcome remove(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id](auto& db, const Uuid& owner) { return remove_tag(db, owner, id); };
  return owned_work(StoreWork::Kind::write, request, work, http::deletion_answer);
}

}  // namespace

http::Routes tags_routes(std::int64_t most) {
  const auto create_one = [most](const Request& request) { return create(request, most); };
  return {
      {"/api/v1/{user_id}/tags", Access::owner, {{Method::get, list}, {Method::post, create_one, true}}},
      {"/api/v1/{user_id}/tags/{tag_id}",
       Access::owner,
       {{Method::get, get}, {Method::patch, change, true}, {Method::delete_, remove}}},
  };
}

}  // namespace drawbridge::api
