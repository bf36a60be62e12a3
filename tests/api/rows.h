#pragma once

// What the resources ask of a session, as one call each.

#include "api/health/routes.h"
#include "api/tags/tag_rows.h"
#include "api/tasks/task_rows.h"
#include "database/session.h"

namespace drawbridge::test {

using database::Session;

inline database::Result<void> check_ready(Session& session) {
  return api::database_readiness(session);
}

inline auto list_tasks(Session& session, const Identity& owner, const api::TaskListRequest& request) {
  return session.for_owner(owner,
                           [&](auto& db, const Uuid& user) { return api::find_tasks(db, user, request); });
}
inline auto get_task(Session& session, const Identity& owner, const Uuid& id) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::find_task(db, user, id); });
}
inline auto create_task(Session& session, const Identity& owner, const api::NewTask& task, Instant now) {
  return session.for_owner(owner,
                           [&](auto& db, const Uuid& user) { return api::add_task(db, user, task, now); });
}
inline auto change_task(Session& session, const Identity& owner, const Uuid& id,
                        const api::TaskChange& change, Instant now) {
  return session.for_owner(
      owner, [&](auto& db, const Uuid& user) { return api::change_task(db, user, id, change, now); });
}
inline auto toggle_task(Session& session, const Identity& owner, const Uuid& id, Instant now) {
  return session.for_owner(owner,
                           [&](auto& db, const Uuid& user) { return api::toggle_task(db, user, id, now); });
}
inline auto delete_task(Session& session, const Identity& owner, const Uuid& id) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::remove_task(db, user, id); });
}

inline auto list_tags(Session& session, const Identity& owner, const database::PageRequest& page) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::find_tags(db, user, page); });
}
inline auto get_tag(Session& session, const Identity& owner, std::int64_t id) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::find_tag(db, user, id); });
}
inline auto create_tag(Session& session, const Identity& owner, const api::NewTag& tag) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::add_tag(db, user, tag); });
}
inline auto change_tag(Session& session, const Identity& owner, std::int64_t id,
                       const api::TagChange& change) {
  return session.for_owner(owner,
                           [&](auto& db, const Uuid& user) { return api::change_tag(db, user, id, change); });
}
inline auto delete_tag(Session& session, const Identity& owner, std::int64_t id) {
  return session.for_owner(owner, [&](auto& db, const Uuid& user) { return api::remove_tag(db, user, id); });
}

}  // namespace drawbridge::test
