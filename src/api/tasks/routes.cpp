#include "api/tasks/routes.h"

#include <fmt/format.h>

#include "api/owned_work.h"
#include "api/tasks/task_json.h"
#include "api/tasks/task_query.h"
#include "api/tasks/task_rows.h"
#include "api/tasks/task_rules.h"
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

/// The second open segment of the pattern. An id that is no UUID names nothing.
std::optional<Uuid> task_id_of(const Request& request) {
  return Uuid::parse(request.parameters[1]);
}

Response task_answer(const Result<Task>& task) {
  return task ? json_answer(200, task_json(*task)) : http::problem(task.error());
}

/// PUT and PATCH differ in what they make of an absent member.
Outcome change_to(const Request& request, std::expected<TaskChange, http::BodyFault> change,
                  std::int64_t most) {
  if (!change) return http::problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id, change = *std::move(change), now = request.now, most](auto& db,
                                                                                     const Uuid& owner) {
    return change_task(db, owner, id, change, now, most);
  };
  return owned_work(StoreWork::Kind::write, request, work, task_answer);
}

Outcome list(const Request& request) {
  const auto wanted = task_list_request(request.query);
  if (!wanted) return http::problem(wanted.error());
  const auto work = [wanted = *wanted](auto& db, const Uuid& owner) { return find_tasks(db, owner, wanted); };
  StoreWork reading = owned_work(
      StoreWork::Kind::read, request, work, [page = wanted->page](const Result<Page<Task>>& tasks) {
        return tasks ? json_answer(200, task_page_json(*tasks, page)) : http::problem(tasks.error());
      });
  reading.costly = is_costly(*wanted);
  return reading;
}

Outcome create(const Request& request, std::int64_t most) {
  const auto task = parse_new_task(request.body);
  if (!task) return http::problem(task.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto work = [task = *task, now = request.now, most](auto& db, const Uuid& owner) {
    return add_task(db, owner, task, now, most);
  };
  return owned_work(StoreWork::Kind::write, request, work, [](const Result<Task>& made) {
    if (!made) return http::problem(made.error());
    auto answer = json_answer(201, task_json(*made));
    answer.headers.push_back(
        {"Location", fmt::format("/api/v1/{}/tasks/{}", made->user_id.text(), made->id.text())});
    return answer;
  });
}

Outcome get(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id](auto& db, const Uuid& owner) { return find_task(db, owner, id); };
  return owned_work(StoreWork::Kind::read, request, work, task_answer);
}

Outcome replace(const Request& request, std::int64_t most) {
  return change_to(request, parse_task_replacement(request.body), most);
}

Outcome change(const Request& request, std::int64_t most) {
  return change_to(request, parse_task_change(request.body), most);
}

Outcome toggle(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id, now = request.now](auto& db, const Uuid& owner) {
    return toggle_task(db, owner, id, now);
  };
  return owned_work(StoreWork::Kind::write, request, work, task_answer);
}

Outcome remove(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return http::no_such_row();
  const auto work = [id = *id](auto& db, const Uuid& owner) { return remove_task(db, owner, id); };
  return owned_work(StoreWork::Kind::write, request, work, http::deletion_answer);
}

}  // namespace

http::Routes tasks_routes(std::int64_t most) {
  const auto create_one = [most](const Request& request) { return create(request, most); };
  const auto replace_one = [most](const Request& request) { return replace(request, most); };
  const auto change_one = [most](const Request& request) { return change(request, most); };
  return {
      {"/api/v1/{user_id}/tasks", Access::owner, {{Method::get, list}, {Method::post, create_one, true}}},
      {"/api/v1/{user_id}/tasks/{task_id}",
       Access::owner,
       {{Method::get, get},
        {Method::put, replace_one, true},
        {Method::patch, change_one, true},
        {Method::delete_, remove}}},
      {"/api/v1/{user_id}/tasks/{task_id}/complete", Access::owner, {{Method::patch, toggle}}},
  };
}

}  // namespace drawbridge::api
