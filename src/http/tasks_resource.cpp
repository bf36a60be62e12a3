#include <fmt/format.h>

#include "http/problem.h"
#include "http/query.h"
#include "http/resources.h"
#include "http/task_json.h"

namespace drawbridge::http {
namespace {

using store::Session;

Response json_answer(int status, std::string body) {
  return {.status = status, .content_type = json_type, .body = std::move(body)};
}

/// The second open segment of the pattern. An id that is no UUID names nothing.
std::optional<Uuid> task_id_of(const Request& request) {
  return Uuid::parse(request.parameters[1]);
}

Response no_such_task() {
  return problem(store::StoreError{store::StoreError::Kind::not_found, {}});
}

/// The errors of a query where none belongs, as an answer.
std::optional<Response> query_refused(const Request& request) {
  if (request.query.empty()) return std::nullopt;
  return problem(errors_of_unwanted_query(request.query));
}

Response task_answer(const store::Result<store::Task>& task) {
  return task ? json_answer(200, task_json(*task)) : problem(task.error());
}

}  // namespace

Outcome list_tasks(const Request& request) {
  const auto page = page_request(request.query);
  if (!page) return problem(page.error());
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, page = *page](Session& session) {
                     const auto tasks = session.list_tasks(owner, page);
                     return tasks ? json_answer(200, task_page_json(*tasks, page)) : problem(tasks.error());
                   }};
}

Outcome create_task(const Request& request) {
  auto task = parse_new_task(request.body);
  if (!task) return problem(task.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return StoreWork{
      StoreWork::Kind::write,
      [owner = *request.identity, task = *std::move(task), now = request.now](Session& session) {
        const auto made = session.create_task(owner, task, now);
        if (!made) return problem(made.error());
        auto answer = json_answer(201, task_json(*made));
        answer.headers.push_back(
            {"Location", fmt::format("/api/v1/{}/tasks/{}", made->user_id.text(), made->id.text())});
        return answer;
      }};
}

Outcome get_task(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_task();
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, id = *id](Session& session) {
                     return task_answer(session.get_task(owner, id));
                   }};
}

Outcome change_task(const Request& request) {
  auto change = parse_task_change(request.body);
  if (!change) return problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_task();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id, change = *std::move(change),
                                            now = request.now](Session& session) {
                     return task_answer(session.change_task(owner, id, change, now));
                   }};
}

Outcome delete_task(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_task();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id](Session& session) {
                     const auto deleted = session.delete_task(owner, id);
                     return deleted ? Response{.status = 204} : problem(deleted.error());
                   }};
}

}  // namespace drawbridge::http
