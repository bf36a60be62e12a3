#include "api/tags/routes.h"

#include <fmt/format.h>

#include "api/tags/tag_json.h"
#include "api/tags/tag_rows.h"
#include "core/text/whole_number.h"
#include "database/session.h"
#include "http/resource_answers.h"

namespace drawbridge::api {
namespace {

using database::Session;
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
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, page = *page](Session& session) {
                     const auto tags = session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return find_tags(connection, user, page);
                     });
                     return tags ? json_answer(200, tag_page_json(*tags, page)) : http::problem(tags.error());
                   }};
}

Outcome create(const Request& request) {
  auto tag = parse_new_tag(request.body);
  if (!tag) return http::problem(tag.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return StoreWork{
      StoreWork::Kind::write, [owner = *request.identity, tag = *std::move(tag)](Session& session) {
        const auto made = session.for_owner(
            owner, [&](auto& connection, const Uuid& user) { return add_tag(connection, user, tag); });
        if (!made) return http::problem(made.error());
        auto answer = json_answer(201, tag_json(*made));
        answer.headers.push_back(
            {"Location", fmt::format("/api/v1/{}/tags/{}", owner.uuid().value().text(), made->id)});
        return answer;
      }};
}

Outcome get(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, id = *id](Session& session) {
                     return tag_answer(session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return find_tag(connection, user, id);
                     }));
                   }};
}

Outcome change(const Request& request) {
  auto change = parse_tag_change(request.body);
  if (!change) return http::problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{StoreWork::Kind::write,
                   [owner = *request.identity, id = *id, change = *std::move(change)](Session& session) {
                     return tag_answer(session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return change_tag(connection, user, id, change);
                     }));
                   }};
}

Outcome remove(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{
      StoreWork::Kind::write, [owner = *request.identity, id = *id](Session& session) {
        return http::deletion_answer(session.for_owner(
            owner, [&](auto& connection, const Uuid& user) { return remove_tag(connection, user, id); }));
      }};
}

}  // namespace

http::Routes tags_routes() {
  return {
      {"/api/v1/{user_id}/tags", Access::owner, {{Method::get, list}, {Method::post, create, true}}},
      {"/api/v1/{user_id}/tags/{tag_id}",
       Access::owner,
       {{Method::get, get}, {Method::patch, change, true}, {Method::delete_, remove}}},
  };
}

}  // namespace drawbridge::api
