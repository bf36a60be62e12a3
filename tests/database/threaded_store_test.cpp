#include "database/threaded_store.h"

#include <atomic>
#include <future>
#include <latch>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "database/open_store.h"
#include "tests/api/rows.h"
#include "tests/support/identities.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::database {
namespace {

/// A session that only shows when two threads use it at once.
class LonelySession final : public Session {
 private:
  std::optional<StoreError> run(const Use&) override {
    if (in_use_.exchange(true)) return StoreError{.kind = StoreError::Kind::internal, .text = {}};
    in_use_ = false;
    return StoreError{.kind = StoreError::Kind::unavailable, .text = "there is no database"};
  }

  std::atomic<bool> in_use_{false};
};

/// Whether nobody else uses the session now.
bool is_alone(Session& session) {
  const Result<void> used = session.without_owner([](auto&) -> Result<void> { return {}; });
  return used.error().kind == StoreError::Kind::unavailable;
}

std::unique_ptr<Session> make_lonely(Access) {
  return std::make_unique<LonelySession>();
}

TEST(ThreadedStore, makes_a_session_for_each_thread) {
  std::vector<Access> made;
  const ThreadedStore store{[&](Access access) {
                              made.push_back(access);
                              return make_lonely(access);
                            },
                            {.readers = 3, .queue = 8}};
  std::ranges::sort(made);
  EXPECT_EQ(made, (std::vector{Access::read, Access::read, Access::read, Access::write}));
}

TEST(ThreadedStore, never_shares_a_session) {
  std::atomic<int> faults{0};
  {
    ThreadedStore store{make_lonely, {.readers = 4, .queue = 10'000}};
    const auto work = [&](Session& session) {
      if (!is_alone(session)) ++faults;
    };
    for (int i = 0; i < 2'000; ++i) {
      ASSERT_TRUE(store.read(work));
      ASSERT_TRUE(store.write(work));
    }
  }
  EXPECT_EQ(faults, 0);
}

TEST(ThreadedStore, reads_do_not_wait_for_a_write) {
  ThreadedStore store{make_lonely, {.readers = 1, .queue = 8}};
  std::promise<void> read_done;
  std::promise<void> write_saw_it;
  ASSERT_TRUE(store.write([&](Session&) {
    read_done.get_future().wait();
    write_saw_it.set_value();
  }));
  ASSERT_TRUE(store.read([&](Session&) { read_done.set_value(); }));
  write_saw_it.get_future().wait();
}

TEST(ThreadedStore, writes_one_after_the_other_in_order) {
  std::vector<int> order;
  {
    ThreadedStore store{make_lonely, {.readers = 2, .queue = 1'000}};
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(store.write([&order, i](Session&) { order.push_back(i); }));
    }
  }
  ASSERT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(ThreadedStore, refuses_more_than_fits_and_takes_work_again_later) {
  std::promise<void> go;
  std::atomic<int> done{0};
  bool refused_was_kept = true;
  {
    ThreadedStore store{make_lonely, {.readers = 1, .queue = 3}};
    std::promise<void> first_runs;
    const auto gate = go.get_future().share();
    ASSERT_TRUE(store.read([&](Session&) {
      first_runs.set_value();
      gate.wait();
      ++done;
    }));
    first_runs.get_future().wait();
    ASSERT_TRUE(store.read([&](Session&) { ++done; }));
    std::promise<void> last_runs;
    ASSERT_TRUE(store.read([&](Session&) { last_runs.set_value(); }));
    EXPECT_FALSE(store.read([&](Session&) { refused_was_kept = false; }));
    EXPECT_TRUE(store.write([&](Session&) { ++done; }));
    go.set_value();
    last_runs.get_future().wait();
    // The first two have certainly given up their places.
    EXPECT_TRUE(store.read([&](Session&) { ++done; }));
  }
  EXPECT_EQ(done, 4);
  EXPECT_TRUE(refused_was_kept);
}

TEST(ThreadedStore, counts_what_became_of_the_work) {
  StoreCounts counts;
  {
    std::promise<void> go;
    std::promise<void> first_runs;
    ThreadedStore store{make_lonely, {.readers = 1, .queue = 2, .counts = &counts}};
    ASSERT_TRUE(store.read([&](Session&) {
      first_runs.set_value();
      go.get_future().wait();
    }));
    first_runs.get_future().wait();
    ASSERT_TRUE(store.read([](Session&) {}, {.begins_by = std::chrono::steady_clock::time_point{}}));
    ASSERT_TRUE(store.read([](Session&) {})) << "the one that comes too late makes room";
    EXPECT_FALSE(store.read([](Session&) {}));
    EXPECT_EQ(counts.reads.begun.value() - counts.reads.ended.value(), 1U);
    go.set_value();
    ASSERT_TRUE(store.write([](Session&) { throw std::runtime_error{"it failed"}; }));
  }
  struct Case {
    const char* name;
    const Counter& counter;
    std::uint64_t times;
  };
  const Case cases[] = {
      {"reads taken", counts.reads.taken, 3},     {"reads refused", counts.reads.refused, 1},
      {"reads dropped", counts.reads.dropped, 1}, {"reads begun", counts.reads.begun, 2},
      {"reads ended", counts.reads.ended, 2},     {"writes taken", counts.writes.taken, 1},
      {"writes ended", counts.writes.ended, 1},   {"writes dropped", counts.writes.dropped, 0},
  };
  for (const Case& c : cases) EXPECT_EQ(c.counter.value(), c.times) << c.name;
  const auto times = [](const Durations& durations) {
    const auto within = durations.seen().within;
    return std::accumulate(within.begin(), within.end(), std::uint64_t{0});
  };
  EXPECT_EQ(times(counts.reads.waited), 2U);
  EXPECT_EQ(times(counts.reads.worked), 2U);
}

TEST(ThreadedStore, finishes_what_it_took) {
  std::atomic<int> done{0};
  {
    ThreadedStore store{make_lonely, {.readers = 2, .queue = 1'024}};
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(store.read([&](Session&) { ++done; }));
      ASSERT_TRUE(store.write([&](Session&) { ++done; }));
    }
  }
  EXPECT_EQ(done, 200);
}

const Uuid alice = Uuid::parse("aaaaaaaa-0000-4000-8000-000000000001").value();
const Uuid bob = Uuid::parse("bbbbbbbb-0000-4000-8000-000000000002").value();

TEST(ThreadedStore, has_owners_take_turns) {
  std::vector<std::string> order;
  {
    ThreadedStore store{make_lonely, {.readers = 1, .queue = 100}};
    std::promise<void> go;
    const auto gate = go.get_future().share();
    ASSERT_TRUE(store.read([gate](Session&) { gate.wait(); }));
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(store.read([&](Session&) { order.emplace_back("alice"); }, {.owner = alice}));
    ASSERT_TRUE(store.read([&](Session&) { order.emplace_back("bob"); }, {.owner = bob}));
    go.set_value();
  }
  EXPECT_EQ(order, (std::vector<std::string>{"alice", "bob", "alice", "alice"}));
}

TEST(ThreadedStore, leaves_a_reader_free_of_costly_work) {
  std::promise<void> go;
  std::promise<void> quick_done;
  const auto gate = go.get_future().share();
  std::atomic<int> costly_running{0};
  ThreadedStore store{make_lonely, {.readers = 2, .queue = 100}};
  for (const Uuid& owner : {alice, alice, bob, bob}) {
    ASSERT_TRUE(store.read(
        [&, gate](Session&) {
          EXPECT_EQ(++costly_running, 1);
          gate.wait();
          --costly_running;
        },
        {.owner = owner, .costly = true}));
  }
  ASSERT_TRUE(store.read([&](Session&) { quick_done.set_value(); }, {.owner = bob}));
  quick_done.get_future().wait();
  go.set_value();
}

TEST(ThreadedStore, tells_what_it_drops_and_runs_it_never) {
  std::atomic<int> ran{0};
  std::atomic<int> dropped{0};
  {
    ThreadedStore store{make_lonely, {.readers = 1, .queue = 100}};
    std::promise<void> go;
    const auto gate = go.get_future().share();
    std::stop_source client;
    ASSERT_TRUE(store.read([gate](Session&) { gate.wait(); }));
    const auto add = [&](WorkOptions options) {
      options.dropped = [&] { ++dropped; };
      return store.read([&](Session&) { ++ran; }, std::move(options));
    };
    ASSERT_TRUE(add({.owner = alice, .gone = client.get_token()}));
    ASSERT_TRUE(add({.owner = bob, .begins_by = std::chrono::steady_clock::now()}));
    ASSERT_TRUE(add({.owner = bob}));
    client.request_stop();
    go.set_value();
  }
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(dropped, 2);
}

TEST(ThreadedStore, ends_work_that_throws_and_nothing_else) {
  std::atomic<int> dropped{0};
  std::atomic<int> done{0};
  {
    ThreadedStore store{make_lonely, {.readers = 1, .queue = 100}};
    const auto held = std::make_shared<int>();
    ASSERT_TRUE(store.read([held](Session&) { throw std::bad_alloc{}; },
                           {.dropped = [&, watched = std::weak_ptr{held}] {
                             dropped += 1;
                             throw std::bad_alloc{};
                           }}));
    ASSERT_TRUE(store.write([](Session&) { throw 14; }));
    ASSERT_TRUE(store.read([&](Session&) { ++done; }));
    ASSERT_TRUE(store.write([&](Session&) { ++done; }));
  }
  EXPECT_EQ(dropped, 1);
  EXPECT_EQ(done, 2);
}

/// A session that tells its limit.
class LimitedSession final : public Session {
 public:
  bool has_limit() const { return limit().ends_by != std::chrono::steady_clock::time_point::max(); }
  bool is_at_its_limit() const { return limit().is_reached(); }

 private:
  std::optional<StoreError> run(const Use&) override { return std::nullopt; }
};

TEST(ThreadedStore, limits_reads_and_no_writes) {
  std::promise<bool> read, after, write;
  ThreadedStore store{[](Access) { return std::make_unique<LimitedSession>(); },
                      {.readers = 1, .queue = 100}};
  std::stop_source client;
  ASSERT_TRUE(store.read(
      [&](Session& session) {
        const auto& limited = dynamic_cast<LimitedSession&>(session);
        const bool before = limited.is_at_its_limit();
        client.request_stop();
        read.set_value(limited.has_limit() && !before && limited.is_at_its_limit());
      },
      {.gone = client.get_token()}));
  EXPECT_TRUE(read.get_future().get());
  ASSERT_TRUE(store.read(
      [&](Session& session) { after.set_value(dynamic_cast<LimitedSession&>(session).is_at_its_limit()); }));
  EXPECT_FALSE(after.get_future().get()) << "the client before has gone, not this one";
  std::stop_source writing;
  ASSERT_TRUE(store.write(
      [&](Session& session) {
        writing.request_stop();
        write.set_value(dynamic_cast<LimitedSession&>(session).is_at_its_limit());
      },
      {.gone = writing.get_token()}));
  EXPECT_FALSE(write.get_future().get());
}

TEST(OpenStore, starts_without_a_database) {
  const test::ScratchDirectory directory;
  const auto store = open_store({.file = directory.path() / "none.db"});
  std::promise<Result<void>> answer;
  ASSERT_TRUE(store->read([&](Session& session) { answer.set_value(test::check_ready(session)); }));
  const auto ready = answer.get_future().get();
  ASSERT_FALSE(ready.has_value());
  EXPECT_EQ(ready.error().kind, StoreError::Kind::unavailable);
}

}  // namespace
}  // namespace drawbridge::database
