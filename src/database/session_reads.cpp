#include "database/session_reads.h"

#include <new>

#include "core/credentials/session_record.h"

namespace drawbridge::database {
namespace {

/// Without the reason where there is no memory for it: those who wait are told in any case.
SessionStore::Found unavailable(std::string_view why) {
  try {
    return std::unexpected{std::string{why}};
  } catch (const std::bad_alloc&) {
    return std::unexpected{std::string{}};
  }
}

/// What nobody would read is not copied for each of those who wait: to copy it for hundreds would keep the
/// thread from everybody else's sessions for seconds.
bool is_too_large(const SessionStore::Found& found) {
  return found && *found && (*found)->json.size() > max_session_record_size;
}

}  // namespace

SessionReads::SessionReads(std::unique_ptr<Store> store, Look look, Options options)
    : look_{std::move(look)},
      options_{options},
      store_{std::move(store)},
      late_{[this](const std::stop_token& stopping) { answer_the_late(stopping); }} {}

SessionReads::~SessionReads() {
  ending_.request_stop();
  store_.reset();  // its threads use what is here
  late_ = {};
  std::map<Ticket, Done> left;
  {
    const std::lock_guard lock{mutex_};
    left.swap(waiting_);
  }
  for (const auto& [ticket, done] : left) done(unavailable("This process is shutting down."));
}

void SessionReads::find(std::string_view token, Done done) {
  Ticket ticket = 0;
  std::string key;
  try {
    key = token;
    const std::lock_guard lock{mutex_};
    if (waiting_.size() < options_.most_waiting) {
      ticket = ++last_;
      deadlines_.emplace_back(std::chrono::steady_clock::now() + options_.longest_wait, ticket);
      waiting_.emplace(ticket, done);
      if (deadlines_.size() == 1) changed_.notify_one();
    }
  } catch (const std::bad_alloc&) {
    return done(unavailable({}));
  }
  if (ticket == 0) return done(unavailable("Too many requests are waiting for sessions to be read."));
  try {
    add(ticket, key);
  } catch (const std::bad_alloc&) {
    answer(take(key), unavailable({}));
  }
}

void SessionReads::add(Ticket ticket, const std::string& token) {
  {
    const std::lock_guard lock{mutex_};
    Tickets& tickets = to_begin_[token];
    tickets.push_back(ticket);
    if (tickets.size() > 1) return;
  }
  const bool taken =
      store_->read([this, token](Session& session) { look(session, token); },
                   {.begins_by = std::chrono::steady_clock::now() + options_.longest_wait,
                    .gone = ending_.get_token(),
                    .dropped = [this, token] {
                      answer(take(token), unavailable("The session database did not answer in time."));
                    }});
  if (!taken) answer(take(token), unavailable("Too many sessions are waiting to be read."));
}

void SessionReads::look(Session& session, const std::string& token) {
  const Tickets tickets = take(token);
  Found found;
  try {
    found = look_(session, token);
  } catch (const std::exception&) {
    found = unavailable("The session database cannot be read.");
  }
  if (is_too_large(found)) found = unavailable("The session's record is too large.");
  answer(tickets, found);
}

SessionReads::Tickets SessionReads::take(const std::string& token) {
  const std::lock_guard lock{mutex_};
  const auto found = to_begin_.extract(token);
  return found ? std::move(found.mapped()) : Tickets{};
}

void SessionReads::answer(const Tickets& tickets, const Found& found) {
  for (const Ticket ticket : tickets) {
    std::map<Ticket, Done>::node_type asked;
    {
      const std::lock_guard lock{mutex_};
      asked = waiting_.extract(ticket);
    }
    if (!asked) continue;
    Found copy = unavailable({});
    try {
      copy = found;
    } catch (const std::bad_alloc&) {
      copy = unavailable({});
    }
    asked.mapped()(std::move(copy));
  }
}

void SessionReads::answer_the_late(const std::stop_token& stopping) {
  std::unique_lock lock{mutex_};
  while (!stopping.stop_requested()) {
    if (deadlines_.empty()) {
      changed_.wait(lock, stopping, [this] { return !deadlines_.empty(); });
      continue;
    }
    const auto [until, ticket] = deadlines_.front();
    if (std::chrono::steady_clock::now() < until) {
      changed_.wait_until(lock, stopping, until, [] { return false; });
      continue;
    }
    deadlines_.pop_front();
    auto late = waiting_.extract(ticket);
    if (!late) continue;
    lock.unlock();
    late.mapped()(unavailable("The session database did not answer in time."));
    lock.lock();
  }
}

}  // namespace drawbridge::database
