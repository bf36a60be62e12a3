#include <fmt/format.h>

#include "http/resource_answers.h"
#include "http/resources.h"
#include "http/task_json.h"

namespace drawbridge::http {
namespace {

using store::Session;

/// The second open segment of the pattern. An id that is no UUID names nothing.
std::optional<Uuid> task_id_of(const Request& request) {
  return Uuid::parse(request.parameters[1]);
}

Response task_answer(const store::Result<store::Task>& task) {
  return task ? json_answer(200, task_json(*task)) : problem(task.error());
}

/// PUT and PATCH differ in what they make of an absent member.
Outcome change_to(const Request& request, std::expected<store::TaskChange, BodyFault> change) {
  if (!change) return problem(change.error());
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id, change = *std::move(change),
                                            now = request.now](Session& session) {
                     return task_answer(session.change_task(owner, id, change, now));
                   }};
}

}  // namespace

Outcome list_tasks(const Request& request) {
  auto wanted = task_list_request(request.query);
  if (!wanted) return problem(wanted.error());
  return StoreWork{
      StoreWork::Kind::read, [owner = *request.identity, wanted = *std::move(wanted)](Session& session) {
        const auto tasks = session.list_tasks(owner, wanted);
        return tasks ? json_answer(200, task_page_json(*tasks, wanted.page)) : problem(tasks.error());
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
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::read, [owner = *request.identity, id = *id](Session& session) {
                     return task_answer(session.get_task(owner, id));
                   }};
}

Outcome replace_task(const Request& request) {
  return change_to(request, parse_task_replacement(request.body));
}

Outcome change_task(const Request& request) {
  return change_to(request, parse_task_change(request.body));
}

Outcome toggle_task(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::write,
                   [owner = *request.identity, id = *id, now = request.now](Session& session) {
                     return task_answer(session.toggle_task(owner, id, now));
                   }};
}

Outcome delete_task(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  const auto id = task_id_of(request);
  if (!id) return no_such_row();
  return StoreWork{StoreWork::Kind::write, [owner = *request.identity, id = *id](Session& session) {
                     return deletion_answer(session.delete_task(owner, id));
                   }};
}

}  // namespace drawbridge::http
