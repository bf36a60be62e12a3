#pragma once

// The fixture of the contract suite: what every store must do, whatever database is behind it. Each file of
// the suite names its part by a class of its own and ends with DRAWBRIDGE_EVERY_STORE.

#include <gtest/gtest.h>

#include "tests/api/rows.h"
#include "tests/database/postgres/backend.h"
#include "tests/database/sqlite/backend.h"
#include "tests/database/store_backend.h"
#include "tests/support/identities.h"

namespace drawbridge::test {

using namespace std::chrono_literals;
using api::NewTask;
using api::Priority;
using api::Tag;
using api::Task;
using api::TaskChange;
using database::Access;
using database::PageRequest;
using Kind = database::StoreError::Kind;

inline constexpr std::string_view alice_uuid = "a11ce000-0000-4000-8000-00000000000a";
inline constexpr std::string_view bob_uuid = "b0b00000-0000-4000-8000-00000000000b";
inline constexpr std::string_view stranger_uuid = "57a00000-0000-4000-8000-00000000000c";

inline constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

class StoreContract : public testing::TestWithParam<StoreBackendMaker> {
 protected:
  void SetUp() override {
    backend->add_user(alice_uuid);
    backend->add_user(bob_uuid);
  }

  Task make(const Identity& owner, std::string title, Instant at = noon) {
    NewTask task;
    task.title = std::move(title);
    return create_task(*session, owner, task, at).value();
  }
  std::int64_t make_tag(const Identity& owner, std::string name) {
    return create_tag(*session, owner, {.name = std::move(name)}).value().id;
  }
  std::vector<std::string> titles(const Identity& owner, const api::TaskListRequest& request = {}) {
    std::vector<std::string> titles;
    const auto listed = list_tasks(*session, owner, request).value();
    for (const Task& task : listed.items) titles.push_back(task.title);
    return titles;
  }

  std::unique_ptr<StoreBackend> backend = GetParam().make();
  std::unique_ptr<database::Session> session = backend->session(Access::write);
  Identity alice = identity_of(alice_uuid);
  Identity bob = identity_of(bob_uuid);
  Identity stranger = identity_of(stranger_uuid);
};

inline void expect_same(const Task& a, const Task& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.user_id, b.user_id);
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.completed, b.completed);
  EXPECT_EQ(a.priority, b.priority);
  EXPECT_EQ(a.due_date, b.due_date);
  EXPECT_EQ(a.reminder_at, b.reminder_at);
  EXPECT_EQ(a.tags.size(), b.tags.size());
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

#define DRAWBRIDGE_EVERY_STORE(Suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(                                                                    \
      Store, Suite,                                                                            \
      testing::Values(StoreBackendMaker{.name = "sqlite", .make = make_sqlite_backend},        \
                      StoreBackendMaker{.name = "postgresql", .make = make_postgres_backend}), \
      [](const auto& maker) { return maker.param.name; })

}  // namespace drawbridge::test
