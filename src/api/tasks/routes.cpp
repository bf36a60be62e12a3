#include "api/tasks/routes.h"

#include <fmt/format.h>

#include "api/tasks/task_json.h"
#include "api/tasks/task_query.h"
#include "api/tasks/task_rows.h"
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

/// The second open segment of the pattern. An id that is no UUID names nothing.
std::optional<Uuid> task_id_of(const Request& request) {
  return Uuid::parse(request.parameters[1]);
}

Response task_answer(const Result<Task>& task) {
  return task ? json_answer(200, task_json(*task)) : http::problem(task.error());
}

/// PUT and PATCH differ in what they make of an absent member.
Outcome change_to(const Request& request, std::expected<TaskChange, http::BodyFault> change) {
  if (!change) return http::problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id, change = *std::move(change),
                                            now = request.now](Session& session) {
                     return task_answer(session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return change_task(connection, user, id, change, now);
                     }));
                   }};
}

Outcome list(const Request& request) {
  auto wanted = task_list_request(request.query);
  if (!wanted) return http::problem(wanted.error());
  return StoreWork{
      StoreWork::Kind::read, [owner = *request.identity, wanted = *std::move(wanted)](Session& session) {
        const auto tasks = session.for_owner(
            owner, [&](auto& connection, const Uuid& user) { return find_tasks(connection, user, wanted); });
        return tasks ? json_answer(200, task_page_json(*tasks, wanted.page)) : http::problem(tasks.error());
      }};
}

Outcome create(const Request& request) {
  auto task = parse_new_task(request.body);
  if (!task) return http::problem(task.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return StoreWork{
      StoreWork::Kind::write,
      [owner = *request.identity, task = *std::move(task), now = request.now](Session& session) {
        const auto made = session.for_owner(
            owner, [&](auto& connection, const Uuid& user) { return add_task(connection, user, task, now); });
        if (!made) return http::problem(made.error());
        auto answer = json_answer(201, task_json(*made));
        answer.headers.push_back(
            {"Location", fmt::format("/api/v1/{}/tasks/{}", made->user_id.text(), made->id.text())});
        return answer;
      }};
}

Outcome get(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, id = *id](Session& session) {
                     return task_answer(session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return find_task(connection, user, id);
                     }));
                   }};
}

Outcome replace(const Request& request) {
  return change_to(request, parse_task_replacement(request.body));
}

Outcome change(const Request& request) {
  return change_to(request, parse_task_change(request.body));
}

Outcome toggle(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{StoreWork::Kind::write,
                   [owner = *request.identity, id = *id, now = request.now](Session& session) {
                     return task_answer(session.for_owner(owner, [&](auto& connection, const Uuid& user) {
                       return toggle_task(connection, user, id, now);
                     }));
                   }};
}

Outcome remove(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  return StoreWork{
      StoreWork::Kind::write, [owner = *request.identity, id = *id](Session& session) {
        return http::deletion_answer(session.for_owner(
            owner, [&](auto& connection, const Uuid& user) { return remove_task(connection, user, id); }));
      }};
}

}  // namespace

http::Routes tasks_routes() {
  return {
      {"/api/v1/{user_id}/tasks", Access::owner, {{Method::get, list}, {Method::post, create, true}}},
      {"/api/v1/{user_id}/tasks/{task_id}",
       Access::owner,
       {{Method::get, get},
        {Method::put, replace, true},
        {Method::patch, change, true},
        {Method::delete_, remove}}},
      {"/api/v1/{user_id}/tasks/{task_id}/complete", Access::owner, {{Method::patch, toggle}}},
  };
}

}  // namespace drawbridge::api
