// Who is next: told to the machine, and read from what it gives back.

#include "database/work_queue.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::database {
namespace {

using namespace std::chrono_literals;
using Ticket = WorkQueue::Ticket;
using Tickets = std::vector<Ticket>;
using Piece = WorkQueue::Piece;

const Uuid alice = Uuid::parse("aaaaaaaa-0000-4000-8000-000000000001").value();
const Uuid bob = Uuid::parse("bbbbbbbb-0000-4000-8000-000000000002").value();
const Uuid carol = Uuid::parse("cccccccc-0000-4000-8000-000000000003").value();
constexpr WorkQueue::Time start{};

Piece quick(const Uuid& owner) {
  return {.owner = owner};
}

Piece costly(const Uuid& owner) {
  return {.owner = owner, .costly = true};
}

/// What free threads begin, one after the other, until there is nothing for one more; none ends.
Tickets begun(WorkQueue& queue, std::size_t most = 100, WorkQueue::Time now = start) {
  Tickets tickets;
  while (tickets.size() < most) {
    const auto ticket = queue.next(now);
    if (!ticket) break;
    tickets.push_back(*ticket);
  }
  return tickets;
}

/// What one thread does, each piece after the other.
Tickets done_by_one(WorkQueue& queue) {
  Tickets tickets;
  while (const auto ticket = queue.next(start)) {
    tickets.push_back(*ticket);
    queue.end(*ticket);
  }
  return tickets;
}

Tickets dropped(WorkQueue& queue) {
  Tickets tickets;
  while (const auto ticket = queue.next_dropped()) tickets.push_back(*ticket);
  return tickets;
}

TEST(WorkQueue, has_owners_take_turns) {
  struct Case {
    std::string_view name;
    std::vector<Piece> added;  ///< their tickets are 0, 1, …
    Tickets done;
  };
  const std::vector<Case> cases{
      {"one owner's in their order", {quick(alice), quick(alice), quick(alice)}, {0, 1, 2}},
      {"one after the other's many",
       {quick(alice), quick(alice), quick(alice), quick(alice), quick(bob)},
       {0, 4, 1, 2, 3}},
      {"three", {quick(alice), quick(alice), quick(bob), quick(bob), quick(carol)}, {0, 2, 4, 1, 3}},
      {"nobody's have a turn too", {quick(alice), quick(alice), Piece{}}, {0, 2, 1}},
      {"costly ones as well", {costly(alice), costly(alice), costly(bob), quick(bob)}, {0, 2, 1, 3}},
      {"of one owner by their order", {costly(alice), quick(alice), costly(alice)}, {0, 1, 2}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    WorkQueue queue{2, 100};
    Ticket ticket = 0;
    for (const Piece& piece : item.added) ASSERT_TRUE(queue.add(ticket++, piece, start));
    EXPECT_EQ(done_by_one(queue), item.done);
    EXPECT_EQ(queue.waiting(), 0U);
  }
}

TEST(WorkQueue, keeps_a_thread_from_costly_work) {
  struct Case {
    std::string_view name;
    std::size_t threads;
    std::vector<Piece> added;
    Tickets begun;  ///< by as many threads as would
  };
  const std::vector<Case> cases{
      {"one of an owner at a time", 4, {costly(alice), costly(alice), costly(alice)}, {0}},
      {"whose quick ones go on", 4, {costly(alice), costly(alice), quick(alice), quick(alice)}, {0, 2, 3}},
      {"two owners, four threads", 4, {costly(alice), costly(bob)}, {0, 1}},
      {"two owners, two threads", 2, {costly(alice), costly(bob)}, {0}},
      {"three owners, three threads", 3, {costly(alice), costly(bob), costly(carol)}, {0, 1}},
      {"the last thread is for what is quick", 2, {costly(alice), costly(bob), quick(carol)}, {0, 2}},
      {"one thread does everything", 1, {costly(alice)}, {0}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    WorkQueue queue{item.threads, 100};
    Ticket ticket = 0;
    for (const Piece& piece : item.added) ASSERT_TRUE(queue.add(ticket++, piece, start));
    EXPECT_EQ(begun(queue), item.begun);
  }
}

TEST(WorkQueue, begins_costly_work_when_another_has_ended) {
  WorkQueue queue{2, 100};
  for (const Ticket ticket : {0U, 1U}) ASSERT_TRUE(queue.add(ticket, costly(alice), start));
  ASSERT_TRUE(queue.add(2, costly(bob), start));
  ASSERT_EQ(begun(queue), Tickets{0});
  EXPECT_TRUE(queue.end(0)) << "something may begin";
  EXPECT_EQ(begun(queue), Tickets{2}) << "bob's turn";
  EXPECT_TRUE(queue.end(2));
  EXPECT_EQ(begun(queue), Tickets{1});
  EXPECT_FALSE(queue.end(1)) << "nothing waits";
}

TEST(WorkQueue, has_so_many_places) {
  WorkQueue queue{2, 3};
  for (const Ticket ticket : {0U, 1U, 2U}) ASSERT_TRUE(queue.add(ticket, quick(alice), start));
  EXPECT_FALSE(queue.add(3, quick(bob), start));
  ASSERT_EQ(queue.next(start), 0U);
  EXPECT_FALSE(queue.add(3, quick(bob), start)) << "what runs has its place";
  queue.end(0);
  EXPECT_TRUE(queue.add(3, quick(bob), start));
  EXPECT_EQ(done_by_one(queue), (Tickets{1, 3, 2}));
}

TEST(WorkQueue, drops_what_is_late_or_wanted_by_nobody) {
  struct Case {
    std::string_view name;
    WorkQueue::Time now;
    bool alice_has_gone;
    Tickets begun;
    Tickets dropped;
  };
  // Alice's pieces are 0 and 1, of which 1 must begin within a second; Bob's is 2.
  const std::vector<Case> cases{
      {"nothing", start, false, {0, 2, 1}, {}},
      {"late", start + 1s, false, {0, 2}, {1}},
      {"gone", start, true, {1, 2}, {0}},
      {"all of an owner's", start + 1s, true, {2}, {0, 1}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    WorkQueue queue{4, 3};
    std::stop_source client;
    ASSERT_TRUE(queue.add(0, {.owner = alice, .gone = client.get_token()}, start));
    ASSERT_TRUE(queue.add(1, {.owner = alice, .begins_by = start + 1s}, start));
    ASSERT_TRUE(queue.add(2, quick(bob), start));
    if (item.alice_has_gone) client.request_stop();
    EXPECT_EQ(begun(queue, 100, item.now), item.begun);
    EXPECT_EQ(dropped(queue), item.dropped);
    EXPECT_EQ(dropped(queue), Tickets{}) << "each once";
    EXPECT_EQ(queue.waiting(), 0U);
  }
}

TEST(WorkQueue, makes_room_by_dropping) {
  WorkQueue queue{2, 3};
  std::stop_source client;
  ASSERT_TRUE(queue.add(0, costly(alice), start));
  ASSERT_EQ(queue.next(start), 0U);
  ASSERT_TRUE(queue.add(1, costly(alice), start));
  ASSERT_TRUE(queue.add(2, {.owner = alice, .costly = true, .gone = client.get_token()}, start));
  ASSERT_FALSE(queue.add(3, quick(bob), start));
  client.request_stop();
  EXPECT_TRUE(queue.add(3, quick(bob), start)) << "not at the head of its line";
  EXPECT_EQ(dropped(queue), Tickets{2});
  EXPECT_EQ(begun(queue), Tickets{3});
}

TEST(WorkQueue, drops_costly_work_that_waits_for_another) {
  WorkQueue queue{2, 10};
  ASSERT_TRUE(queue.add(0, costly(alice), start));
  ASSERT_TRUE(queue.add(1, {.owner = alice, .costly = true, .begins_by = start + 5s}, start));
  ASSERT_EQ(begun(queue), Tickets{0});
  EXPECT_EQ(queue.next(start + 5s), std::nullopt);
  EXPECT_EQ(dropped(queue), Tickets{1}) << "without waiting for the one that runs";
  EXPECT_FALSE(queue.end(0));
}

TEST(WorkQueue, forgets_nobody_and_nothing) {
  // Whatever comes in whatever order: each piece is done or dropped once.
  std::uint32_t random = 14;
  const auto draw = [&](std::uint32_t below) {
    random = random * 1'664'525 + 1'013'904'223;
    return (random >> 16) % below;
  };
  WorkQueue queue{3, 20};
  std::vector<std::stop_source> clients(5);
  const std::vector<Uuid> owners{alice, bob, carol};
  Tickets running;
  std::size_t taken = 0, ended = 0;
  WorkQueue::Time now = start;
  for (Ticket ticket = 0; ticket < 20'000; ++ticket) {
    now += std::chrono::milliseconds{draw(3)};
    taken += queue.add(ticket,
                       {.owner = owners[draw(3)],
                        .costly = draw(2) == 0,
                        .begins_by = now + std::chrono::milliseconds{draw(40)},
                        .gone = clients[draw(5)].get_token()},
                       now);
    if (draw(10) == 0) {
      auto& client = clients[draw(5)];
      client.request_stop();
      client = std::stop_source{};
    }
    if (running.size() < 3)
      if (const auto next = queue.next(now)) running.push_back(*next);
    if (!running.empty() && draw(3) == 0) {
      queue.end(running.back());
      running.pop_back();
      ++ended;
    }
    ended += dropped(queue).size();
  }
  for (const Ticket ticket : running) queue.end(ticket);
  ended += running.size();
  while (const auto next = queue.next(now)) {
    queue.end(*next);
    ++ended;
  }
  ended += dropped(queue).size();
  EXPECT_EQ(ended, taken);
  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_GT(taken, 1'000U);
}

}  // namespace
}  // namespace drawbridge::database
