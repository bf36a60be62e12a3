#include "issuer/key_fetcher.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <sodium.h>

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;

/// poll() does not count the time that the machine sleeps; this bounds how late a timer can be after it.
constexpr BootClock::duration longest_nap = 30s;
constexpr std::chrono::seconds longest_stale = 365 * 24h;

std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::chrono::sys_seconds system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// While it lives, the calling thread takes no signal. A thread started meanwhile takes none for good:
/// signals are the program's business, and a write to a connection that the issuer closed must not end the
/// program by SIGPIPE.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

JwksUrl checked_url(const KeySource& source) {
  auto url = check_jwks_url(source.jwks_url, source.allow_http_hosts);
  if (!url) throw std::invalid_argument{"the key set's URL " + url.error()};
  return *std::move(url);
}

}  // namespace

BootTime boot_now() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return BootTime{std::chrono::duration_cast<BootClock::duration>(std::chrono::seconds{time.tv_sec} +
                                                                  std::chrono::nanoseconds{time.tv_nsec})};
}

KeyFetcher::KeyFetcher(KeySource source)
    : source_{std::move(source)},
      url_{checked_url(source_)},
      cache_{source_.max_stale, randombytes_random()} {
  if (source_.max_stale <= 0s)
    throw std::invalid_argument{"max_stale is not positive: no key could ever serve"};
  if (source_.max_stale > longest_stale)
    throw std::invalid_argument{"max_stale is over a year: a key that was withdrawn could serve as long"};
  if (source_.snapshot) snapshot_.emplace(*source_.snapshot, source_.jwks_url);
  start_curl();
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::bad_alloc{};
  restore_snapshot();
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

KeyFetcher::~KeyFetcher() {
  stopping_ = true;
  curl_multi_wakeup(multi_.get());
  thread_.join();
  if (request_) curl_multi_remove_handle(multi_.get(), request_->handle());
  for (auto& [ticket, done] : waiting_) done({ticket, KeyCache::Outcome::unavailable, 1s});
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

const KeySet& KeyFetcher::serving() {
  static const KeySet none;
  const Published& keys = published();
  return keys && boot_now() < keys->usable_until ? keys->keys : none;
}

void KeyFetcher::publish() {
  const auto serving = cache_.serving(boot_now());
  published_ = serving ? std::make_shared<const ServingKeys>(*serving) : nullptr;
  generation_.store(next_generation(), std::memory_order_release);
}

KeyCache::Answer KeyFetcher::ask(std::string_view kid, Done done) {
  const std::lock_guard lock{mutex_};
  auto answer = cache_.lookup(kid, boot_now());
  if (const auto* waiting = std::get_if<KeyCache::Waiting>(&answer)) {
    waiting_.emplace(waiting->ticket, std::move(done));
    curl_multi_wakeup(multi_.get());
  }
  return answer;
}

void KeyFetcher::refresh() {
  const std::lock_guard lock{mutex_};
  cache_.refresh(boot_now());
  curl_multi_wakeup(multi_.get());
}

KeyStatus KeyFetcher::status() const {
  const std::lock_guard lock{mutex_};
  return cache_.status(boot_now());
}

void KeyFetcher::run() {
  while (!stopping_) turn();
}

void KeyFetcher::turn() {
  KeyCache::Step step;
  {
    const std::lock_guard lock{mutex_};
    step = cache_.poll(boot_now());
  }
  tell(step.resolved);
  if (step.begin) begin(*step.begin);

  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  int left = 0;
  bool finished = false;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    finish(message->data.result);
    finished = true;
  }
  if (finished) return;
  const auto nap = std::clamp<BootClock::duration>(step.next - boot_now(), 0ms, longest_nap);
  curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(nap.count()), nullptr);
}

void KeyFetcher::begin(const KeyCache::Fetch& fetch) {
  request_ = std::make_unique<JwksRequest>(url_, source_.ca_file, fetch.etag);
  curl_multi_add_handle(multi_.get(), request_->handle());
}

FetchResult KeyFetcher::result_of(CURLcode code) {
  auto result = request_->take_result(code);
  if (auto* same = std::get_if<NotModified>(&result)) return *same;
  if (auto* failed = std::get_if<FailedFetch>(&result)) return std::move(*failed);
  auto& document = std::get<JwksDocument>(result);
  auto keys = KeySet::parse(document.body);
  if (!keys) return FailedFetch{no_key_set(url_.text, document.body, keys.error()), std::nullopt};
  last_body_ = std::move(document.body);
  return GoodFetch{*std::move(keys), document.max_age, std::move(document.etag)};
}

void KeyFetcher::finish(CURLcode code) {
  FetchResult result = result_of(code);
  curl_multi_remove_handle(multi_.get(), request_->handle());
  request_.reset();
  const auto* failed = std::get_if<FailedFetch>(&result);
  const bool good = failed == nullptr;
  std::string text = good ? std::string{} : failed->text;
  std::vector<KeyCache::Resolved> resolved;
  {
    const std::lock_guard lock{mutex_};
    resolved = cache_.on_fetched(std::move(result), boot_now());
    publish();
    if (good)
      text = fmt::format("key set fetched from {}, usable keys: {}", url_.text,
                         cache_.status(boot_now()).usable_keys);
  }
  tell(resolved);
  report(good, std::move(text));
  if (good) save_snapshot();
}

void KeyFetcher::tell(const std::vector<KeyCache::Resolved>& resolved) {
  for (const KeyCache::Resolved& answer : resolved) {
    Done done;
    {
      const std::lock_guard lock{mutex_};
      const auto found = waiting_.find(answer.ticket);
      if (found == waiting_.end()) continue;
      done = std::move(found->second);
      waiting_.erase(found);
    }
    done(answer);
  }
}

void KeyFetcher::restore_snapshot() {
  if (!snapshot_ || !snapshot_->exists()) return;
  auto restored = snapshot_->load(system_now());
  if (!restored) {
    report(false, restored.error() + " It is ignored.");
    return;
  }
  const std::lock_guard lock{mutex_};
  cache_.restore(std::move(restored->keys), restored->age, boot_now());
  publish();
}

void KeyFetcher::save_snapshot() {
  if (!snapshot_ || last_body_.empty()) return;
  if (std::string fault = snapshot_->save(last_body_, system_now()); !fault.empty())
    report(false, std::move(fault));
}

void KeyFetcher::report(bool good, std::string text) const {
  if (source_.on_event) source_.on_event({good, std::move(text)});
}

}  // namespace drawbridge::fetch
