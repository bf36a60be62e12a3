#include "issuer/key_fetcher.h"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include <sodium.h>

#include "core/text/filled.h"
#include "issuer/start_libraries.h"
#include "issuer/without_signals.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;

/// A wait does not count the time that the machine sleeps; this bounds how late a timer can be after it.
constexpr BootClock::duration longest_nap = 30s;
constexpr std::chrono::milliseconds pause_without_memory{100};
constexpr std::chrono::seconds longest_stale = 365 * 24h;

std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::chrono::sys_seconds system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

JwksUrl checked_url(const KeySource& source) {
  auto url = check_jwks_url(source.jwks_url, source.allow_http_hosts);
  if (!url) throw std::invalid_argument{"the key set's URL " + url.error()};
  return *std::move(url);
}

std::chrono::seconds checked_max_stale(const KeySource& source) {
  if (source.max_stale <= 0s)
    throw std::invalid_argument{"max_stale is not positive: no key could ever be used"};
  if (source.max_stale > longest_stale)
    throw std::invalid_argument{"max_stale is over a year: a withdrawn key could stay in use that long"};
  return source.max_stale;
}

}  // namespace

KeyFetcher::KeyFetcher(KeySource source)
    : url_{source.jwks_url}, cache_{checked_max_stale(source), randombytes_random()} {
  JwksUrl url = checked_url(source);
  start_libraries();
  std::optional<SnapshotFile> snapshot;
  if (source.snapshot) snapshot.emplace(*source.snapshot, source.jwks_url);
  if (snapshot) {
    if (std::string fault = restore_snapshot(*snapshot); !fault.empty() && source.on_event)
      source.on_event({false, std::move(fault)});
  }
  after_fetch_.emplace(std::move(source.on_event), std::move(snapshot));
  fetching_.emplace(std::move(url), std::move(source.ca_file),
                    [this](Fetched fetched) { deliver(std::move(fetched)); });
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

KeyFetcher::~KeyFetcher() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    wake();
  }
  thread_.join();
  answer_all_who_wait();
  fetching_.reset();
  after_fetch_.reset();
}

const KeyFetcher::Published& KeyFetcher::published() {
  struct Slot {
    std::uint64_t generation = 0;
    Published keys;
  };
  // More fetchers than slots in one thread only means that a lock is taken more often.
  thread_local std::array<Slot, 4> slots;
  thread_local std::size_t oldest = 0;

  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  for (const Slot& slot : slots)
    if (slot.generation == generation && generation != 0) return slot.keys;
  Slot& slot = slots[oldest++ % slots.size()];
  const std::lock_guard lock{mutex_};
  slot = {generation_.load(std::memory_order_relaxed), published_};
  return slot.keys;
}

const KeySet& KeyFetcher::serving(BootTime now) {
  const Published& keys = published();
  return keys && now < keys->usable_until ? keys->keys : none_;
}

void KeyFetcher::publish() {
  const auto serving = cache_.serving(boot_now());
  published_ = serving ? std::make_shared<const ServingKeys>(*serving) : nullptr;
  generation_.store(next_generation(), std::memory_order_release);
}

KeyCache::Answer KeyFetcher::ask(std::string_view kid, const Asker& asker, Done done) {
  const std::lock_guard lock{mutex_};
  if (stopping_) return KeyCache::Unavailable{1s};
  auto answer = cache_.lookup(kid, asker, boot_now());
  if (const auto* waiting = std::get_if<KeyCache::Waiting>(&answer)) {
    waiting_.emplace(waiting->ticket, std::move(done));
    wake();
  }
  return answer;
}

void KeyFetcher::refresh() {
  const std::lock_guard lock{mutex_};
  cache_.refresh(boot_now());
  wake();
}

void KeyFetcher::tell(KeySource::Event event) {
  after_fetch_->add(std::move(event), std::nullopt);
}

KeyStatus KeyFetcher::status() const {
  const std::lock_guard lock{mutex_};
  return cache_.status(boot_now());
}

void KeyFetcher::wake() {
  woken_ = true;
  changed_.notify_one();
}

void KeyFetcher::deliver(Fetched fetched) {
  const std::lock_guard lock{mutex_};
  arrived_ = std::move(fetched);
  wake();
}

void KeyFetcher::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    try {
      turn(lock);
    } catch (const std::bad_alloc&) {
      if (lock.owns_lock()) lock.unlock();
      go_on_without_memory();
      lock.lock();
      changed_.wait_for(lock, pause_without_memory, [this] { return stopping_; });
    }
  }
}

/// Whom an answer was for may be lost, so all who wait get one, and the keys are fetched anew.
void KeyFetcher::go_on_without_memory() {
  answer_all_who_wait();
  refresh();
}

void KeyFetcher::turn(std::unique_lock<std::mutex>& lock) {
  std::vector<KeyCache::Resolved> resolved;
  if (arrived_) resolved = accept(*std::exchange(arrived_, std::nullopt));
  KeyCache::Step step = cache_.poll(boot_now());
  if (step.begin) to_begin_ = std::move(step.begin);
  resolved.insert(resolved.end(), step.resolved.begin(), step.resolved.end());
  Answers answers = take_waiting(resolved);
  if (to_begin_ || !answers.empty()) {
    auto fetch = std::exchange(to_begin_, std::nullopt);
    lock.unlock();
    // The fetch first: `done` belongs to somebody else, and may take its time.
    if (fetch) fetching_->begin(*std::move(fetch));
    for (const auto& [done, answer] : answers) done(answer);
    answers.clear();  // what `done` held may want more than memory to end: Python's lock, for one
    lock.lock();
  }
  const auto nap = std::clamp<BootClock::duration>(step.next - boot_now(), 0ms, longest_nap);
  changed_.wait_for(lock, nap, [this] { return woken_; });
  woken_ = false;
}

std::vector<KeyCache::Resolved> KeyFetcher::accept(Fetched fetched) {
  if (!fetched.body.empty()) last_body_ = std::move(fetched.body);
  // Before anything that takes memory: a fetch that never comes back would be the last.
  auto resolved = cache_.on_fetched(std::move(fetched.result), boot_now());
  publish();
  std::optional<AfterFetch::Kept> kept;
  std::string text = cache_.status(boot_now()).last_failure;
  const bool good = text.empty();
  if (good) {
    text = filled("key set fetched from {}, usable keys: {}", url_, cache_.status(boot_now()).usable_keys);
    if (!last_body_.empty()) kept.emplace(last_body_, system_now());
  }
  after_fetch_->add({good, std::move(text)}, std::move(kept));
  return resolved;
}

KeyFetcher::Answers KeyFetcher::take_waiting(const std::vector<KeyCache::Resolved>& resolved) {
  Answers answers;
  answers.reserve(resolved.size());
  for (const KeyCache::Resolved& answer : resolved)
    if (auto waiting = waiting_.extract(answer.ticket); !waiting.empty())
      answers.emplace_back(std::move(waiting.mapped()), answer);
  return answers;
}

/// Whoever is told may ask again; nobody waits any more then.
void KeyFetcher::answer_all_who_wait() {
  std::unordered_map<KeyCache::Ticket, Done> waiting;
  {
    const std::lock_guard lock{mutex_};
    waiting.swap(waiting_);
  }
  for (const auto& [ticket, done] : waiting) done({ticket, KeyCache::Outcome::unavailable, 1s});
}

std::string KeyFetcher::restore_snapshot(const SnapshotFile& snapshot) {
  if (!snapshot.exists()) return {};
  auto restored = snapshot.load(system_now());
  if (!restored) return restored.error() + " It is ignored.";
  const std::lock_guard lock{mutex_};
  cache_.restore(std::move(restored->keys), restored->age, boot_now());
  publish();
  return {};
}

}  // namespace drawbridge::fetch
