#include <charconv>

#include <fmt/format.h>

#include "http/resource_answers.h"
#include "http/resources.h"
#include "http/tag_json.h"

namespace drawbridge::http {
namespace {

using store::Session;

/// The second open segment of the pattern, in the one spelling that a number has. Any other names nothing.
std::optional<std::int64_t> tag_id_of(const Request& request) {
  const std::string& text = request.parameters[1];
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || id < 1 || std::to_string(id) != text) return std::nullopt;
  return id;
}

Response tag_answer(const store::Result<store::Tag>& tag) {
  return tag ? json_answer(200, tag_json(*tag)) : problem(tag.error());
}

}  // namespace

Outcome list_tags(const Request& request) {
  const auto page = page_request(request.query);
  if (!page) return problem(page.error());
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, page = *page](Session& session) {
                     const auto tags = session.list_tags(owner, page);
                     return tags ? json_answer(200, tag_page_json(*tags, page)) : problem(tags.error());
                   }};
}

Outcome create_tag(const Request& request) {
  auto tag = parse_new_tag(request.body);
  if (!tag) return problem(tag.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return StoreWork{
      StoreWork::Kind::write, [owner = *request.identity, tag = *std::move(tag)](Session& session) {
        const auto made = session.create_tag(owner, tag);
        if (!made) return problem(made.error());
        auto answer = json_answer(201, tag_json(*made));
        answer.headers.push_back(
            {"Location", fmt::format("/api/v1/{}/tags/{}", owner.uuid().value().text(), made->id)});
        return answer;
      }};
}

Outcome get_tag(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, id = *id](Session& session) {
                     return tag_answer(session.get_tag(owner, id));
                   }};
}

Outcome change_tag(const Request& request) {
  auto change = parse_tag_change(request.body);
  if (!change) return problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::write,
                   [owner = *request.identity, id = *id, change = *std::move(change)](Session& session) {
                     return tag_answer(session.change_tag(owner, id, change));
                   }};
}

Outcome delete_tag(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = tag_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id](Session& session) {
                     return deletion_answer(session.delete_tag(owner, id));
                   }};
}

}  // namespace drawbridge::http
