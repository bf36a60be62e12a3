// Who looks for a session, when, and who is answered, by a store whose threads a test plays.

#include "database/session_reads.h"

#include <atomic>
#include <deque>
#include <future>
#include <latch>

#include <gtest/gtest.h>

#include "core/credentials/session_record.h"
#include "database/threaded_store.h"

namespace drawbridge::database {
namespace {

using namespace std::chrono_literals;
using Found = SessionStore::Found;

class NoSession final : public Session {
 private:
  std::optional<StoreError> run(const Use&) override { return std::nullopt; }
};

/// Work waits here until a test does it.
class PlayedStore final : public Store {
 public:
  struct Job {
    Work work;
    WorkOptions options;
  };
  explicit PlayedStore(std::deque<Job>& jobs, std::size_t places = 100) : jobs_{jobs}, places_{places} {}
  ~PlayedStore() override {
    while (!jobs_.empty()) drop();
  }
  using Store::read;
  using Store::write;
  bool read(Work work, WorkOptions options) override {
    if (jobs_.size() >= places_) return false;
    jobs_.push_back({std::move(work), std::move(options)});
    return true;
  }
  bool write(Work, WorkOptions) override { return false; }

  void perform() {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    NoSession session;
    job.work(session);
  }
  void drop() {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    job.options.dropped();
  }

 private:
  std::deque<Job>& jobs_;
  std::size_t places_;
};

std::string text_of(const Found& found) {
  if (!found) return found.error();
  return *found ? (*found)->json : "none";
}

struct Reads {
  explicit Reads(SessionReads::Options options = {.longest_wait = 1h}, std::size_t places = 100) {
    auto owned = std::make_unique<PlayedStore>(jobs, places);
    store = owned.get();
    reads = std::make_unique<SessionReads>(
        std::move(owned), [this](Session&, std::string_view token) { return look(token); }, options);
  }
  void ask(const char* token) {
    reads->find(token, [this](const Found& found) { said.push_back(text_of(found)); });
  }

  std::function<Found(std::string_view)> look = [](std::string_view token) -> Found {
    return SessionStore::Record{.json = std::string{token}};
  };
  std::deque<PlayedStore::Job> jobs{};
  PlayedStore* store = nullptr;
  std::vector<std::string> said{};
  std::unique_ptr<SessionReads> reads{};
};

using Said = std::vector<std::string>;

TEST(SessionReads, WhoAsksBeforeALookBeginsSharesIt) {
  Reads reads;
  reads.ask("a");
  reads.ask("b");
  reads.ask("a");
  EXPECT_EQ(reads.jobs.size(), 2U);
  reads.store->perform();
  EXPECT_EQ(reads.said, (Said{"a", "a"}));
  reads.ask("a");
  EXPECT_EQ(reads.jobs.size(), 2U);
  reads.store->perform();
  reads.store->perform();
  EXPECT_EQ(reads.said, (Said{"a", "a", "b", "a"}));
}

TEST(SessionReads, ALookThatHasBegunAnswersNobodyWhoAsksMeanwhile) {
  Reads reads;
  int looks = 0;
  reads.look = [&](std::string_view) -> Found {
    if (++looks == 2) return std::nullopt;  // it was signed out meanwhile
    reads.ask("a");
    return SessionStore::Record{.json = "before"};
  };
  reads.ask("a");
  reads.store->perform();
  EXPECT_EQ(reads.said, Said{"before"});
  reads.store->perform();
  EXPECT_EQ(reads.said, (Said{"before", "none"}));
}

TEST(SessionReads, EachIsAnsweredOnceWhateverComesOfIt) {
  struct Case {
    const char* name;
    void (*happen)(Reads&);
    const char* said;
  };
  const Case cases[] = {
      {"none is there",
       [](Reads& reads) {
         reads.look = [](std::string_view) -> Found { return std::nullopt; };
         reads.store->perform();
       },
       "none"},
      {"an outage",
       [](Reads& reads) {
         reads.look = [](std::string_view) -> Found { return std::unexpected{std::string{"down"}}; };
         reads.store->perform();
       },
       "down"},
      {"an exception",
       [](Reads& reads) {
         reads.look = [](std::string_view) -> Found { throw std::runtime_error{"x"}; };
         reads.store->perform();
       },
       "The session database cannot be read."},
      {"a record that is too large to be read, and to be copied for each",
       [](Reads& reads) {
         reads.look = [](std::string_view) -> Found {
           return SessionStore::Record{.json = std::string(max_session_record_size + 1, ' ')};
         };
         reads.store->perform();
       },
       "The session's record is too large."},
      {"dropped", [](Reads& reads) { reads.store->drop(); }, "The session database did not answer in time."},
      {"the end", [](Reads& reads) { reads.reads.reset(); }, "The session database did not answer in time."},
  };
  for (const Case& c : cases) {
    Reads reads;
    reads.ask("a");
    reads.ask("a");
    c.happen(reads);
    EXPECT_EQ(reads.said, (Said{c.said, c.said})) << c.name;
    reads.reads.reset();
    EXPECT_EQ(reads.said.size(), 2U) << c.name;
  }
}

TEST(SessionReads, WhatIsTooMuchIsRefusedAtOnce) {
  Reads few{{.longest_wait = 1h}, 1};
  few.ask("a");
  few.ask("a");
  few.ask("b");
  EXPECT_EQ(few.said, Said{"Too many sessions are waiting to be read."});
  few.store->perform();
  EXPECT_EQ(few.said.size(), 3U);
  few.ask("b");
  few.store->perform();
  EXPECT_EQ(few.said.back(), "b");

  Reads crowded{{.longest_wait = 1h, .most_waiting = 2}};
  for (int i = 0; i < 3; ++i) crowded.ask("a");
  EXPECT_EQ(crowded.said, Said{"Too many requests are waiting for sessions to be read."});
  crowded.store->perform();
  EXPECT_EQ(crowded.said.size(), 3U);
}

TEST(SessionReads, NobodyWaitsForADatabaseThatDoesNotAnswer) {
  std::deque<PlayedStore::Job> jobs;
  auto store = std::make_unique<PlayedStore>(jobs);
  PlayedStore* const played = store.get();
  SessionReads reads{std::move(store),
                     [](Session&, std::string_view) -> Found { return std::nullopt; },
                     {.longest_wait = 1ms}};
  std::promise<std::string> said;
  reads.find("a", [&said](const Found& found) { said.set_value(text_of(found)); });
  EXPECT_EQ(said.get_future().get(), "The session database did not answer in time.");
  played->perform();  // too late: a second answer would throw
}

TEST(SessionReads, ManyAskOnThreads) {
  std::atomic<int> answered{0};
  {
    SessionReads reads{std::make_unique<ThreadedStore>([](Access) { return std::make_unique<NoSession>(); },
                                                       ThreadedStore::Options{.readers = 2, .queue = 64}),
                       [](Session&, std::string_view token) -> Found {
                         return SessionStore::Record{.json = std::string{token}};
                       },
                       {.longest_wait = 1h}};
    std::latch begins{4};
    std::vector<std::jthread> clients;
    for (int client = 0; client < 4; ++client)
      clients.emplace_back([&] {
        begins.arrive_and_wait();
        for (int i = 0; i < 500; ++i)
          reads.find("t" + std::to_string(i % 8), [&, i](const Found& found) {
            if (found && (*found)->json == "t" + std::to_string(i % 8)) ++answered;
          });
      });
    clients.clear();
    for (int i = 0; i < 8; ++i) {
      std::promise<void> last;
      reads.find("t" + std::to_string(i), [&last](const Found&) { last.set_value(); });
      last.get_future().wait();
    }
  }
  EXPECT_EQ(answered, 2'000);
}

}  // namespace
}  // namespace drawbridge::database
