#include "issuer/revocation_poller.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include <sodium.h>

#include "core/text/whole_number.h"
#include "issuer/boot_now.h"
#include "issuer/without_signals.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_answer_size = 2UL * 1024 * 1024;
constexpr std::size_t max_secret_size = 1'024;
/// A wait does not count the time that the machine sleeps; this bounds how late a timer can be after it.
constexpr BootClock::duration longest_nap = 30s;
constexpr std::chrono::milliseconds pause_without_memory{100};

void check_secret(const RevocationSource& source) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
  if (source.mode == RevocationMode::off || !source.secret) return;
  if (source.secret->empty() || source.secret->size() > max_secret_size ||
      !std::ranges::all_of(*source.secret, is_visible))
    throw std::invalid_argument{
        "RevocationSource::secret is not 1 to 1,024 visible ASCII characters: give the plugin's secret"};
}

/// What to ask, or in one line why there is nothing.
std::expected<std::string, std::string> url_to_ask(const KeySource& keys) {
  constexpr std::string_view of_keys = "/jwks";
  std::string base;
  if (keys.revocations.base_url)
    base = *keys.revocations.base_url;
  else if (keys.jwks_url.ends_with(of_keys))
    base = keys.jwks_url.substr(0, keys.jwks_url.size() - of_keys.size());
  if (base.empty())
    return std::unexpected{
        std::string{"the key set's URL does not end in /jwks, so the address of the revocations is unknown: "
                    "set RevocationSource::base_url to Better Auth's URL"}};
  while (base.ends_with('/')) base.pop_back();
  if (const auto url = check_jwks_url(base, keys.allow_http_hosts); !url)
    return std::unexpected{"the URL of Better Auth " + url.error()};
  return base + "/drawbridge/revocations";
}

/// Empty where there is nothing to ask.
std::string checked_url(const KeySource& keys) {
  check_secret(keys.revocations);
  if (keys.revocations.mode == RevocationMode::off) return {};
  auto url = url_to_ask(keys);
  if (!url && keys.revocations.mode == RevocationMode::required) throw std::invalid_argument{url.error()};
  return url.value_or("");
}

RevocationMode mode_for(const KeySource& keys, const std::string& url) {
  return url.empty() ? RevocationMode::off : keys.revocations.mode;
}

/// RFC 3986 §2.1
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.contains(c))
      encoded += c;
    else
      encoded += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
  }
  return encoded;
}

std::optional<std::chrono::seconds> retry_after_of(const HttpAnswer& answer) {
  for (const std::string_view name : {"Retry-After", "X-Retry-After"})
    if (const auto seconds = whole_number<std::int64_t>(answer.header(name), 0))
      return std::chrono::seconds{*seconds};
  return std::nullopt;
}

}  // namespace

RevocationPoller::RevocationPoller(const KeySource& keys, std::chrono::seconds clock_skew, Read read)
    : rules_{.jwks_url = keys.jwks_url,
             .allow_http_hosts = keys.allow_http_hosts,
             .ca_file = keys.ca_file,
             .revocations = keys.revocations},
      url_{checked_url(keys)},
      read_{std::move(read)},
      feed_{mode_for(keys, url_), clock_skew, set_, randombytes_random()} {
  publish();
}

RevocationPoller::~RevocationPoller() {
  stop();
}

void RevocationPoller::start(Tell tell) {
  if (url_.empty()) return;
  tell_ = std::move(tell);
  calling_.emplace(rules_, [this](std::uint64_t, CallResult answer) { deliver(std::move(answer)); });
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

void RevocationPoller::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
  calling_.reset();
  answer_all_who_wait();
}

void RevocationPoller::wake() {
  woken_ = true;
  changed_.notify_one();
}

void RevocationPoller::publish() {
  go_until_.store(feed_.go_until().time_since_epoch().count(), std::memory_order_release);
}

RevocationFeed::Answer RevocationPoller::ask(Done done) {
  const std::lock_guard lock{mutex_};
  if (stopping_) return RevocationFeed::Unavailable{1s};
  auto answer = feed_.ask(boot_now());
  if (const auto* waiting = std::get_if<RevocationFeed::Waiting>(&answer)) {
    waiting_.emplace(waiting->ticket, std::move(done));
    wake();
  }
  return answer;
}

RevocationStatus RevocationPoller::status() const {
  const std::lock_guard lock{mutex_};
  RevocationStatus status = feed_.status(boot_now());
  if (url_.empty() && rules_.revocations.mode != RevocationMode::off)
    status.last_failure = url_to_ask(rules_).error();
  return status;
}

void RevocationPoller::deliver(CallResult answer) {
  const std::lock_guard lock{mutex_};
  arrived_ = std::move(answer);
  wake();
}

void RevocationPoller::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    try {
      turn(lock);
    } catch (const std::bad_alloc&) {
      if (!lock.owns_lock()) lock.lock();
      feed_.lose_step(boot_now());
      publish();
      lock.unlock();
      answer_all_who_wait();
      lock.lock();
      changed_.wait_for(lock, pause_without_memory, [this] { return stopping_; });
    }
  }
}

void RevocationPoller::turn(std::unique_lock<std::mutex>& lock) {
  feed_.note_use(BootTime{BootClock::duration{used_at_.load(std::memory_order_relaxed)}});
  std::vector<RevocationFeed::Resolved> resolved = take_arrived(lock);
  RevocationFeed::Step step = feed_.poll(boot_now());
  resolved.insert(resolved.end(), step.resolved.begin(), step.resolved.end());
  publish();
  // All that takes memory before anybody is taken off: whoever is left where there is none is answered all
  // the same.
  auto event = feed_.take_event(boot_now());
  std::optional<HttpCall> call;
  if (step.begin) {
    asked_with_etag_ = !step.begin->etag.empty();
    call = call_for(*step.begin);
  }
  Answers answers = take_waiting(resolved);
  if (call || event || !answers.empty()) {
    lock.unlock();
    const bool begun = !call || begin(*std::move(call));
    for (const auto& [done, outcome] : answers) done(outcome);
    answers.clear();  // what `done` held may want more than memory to end: Python's lock, for one
    if (!begun) throw std::bad_alloc{};
    if (event) tell_(*std::move(event));
    lock.lock();
  }
  const auto nap = std::clamp<BootClock::duration>(step.next - boot_now(), 0ms, longest_nap);
  changed_.wait_for(lock, nap, [this] { return woken_; });
  woken_ = false;
}

/// Up to 2 MiB are read without the lock, for which those would wait who ask().
std::vector<RevocationFeed::Resolved> RevocationPoller::take_arrived(std::unique_lock<std::mutex>& lock) {
  if (!arrived_) return {};
  RevocationAnswer answer;
  {
    const auto arrived = *std::exchange(arrived_, std::nullopt);
    lock.unlock();
    answer = read(arrived);
  }
  lock.lock();
  return feed_.on_answer(std::move(answer), boot_now());
}

/// False where there is no memory for it.
bool RevocationPoller::begin(HttpCall call) {
  try {
    calling_->begin(0, std::move(call));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

HttpCall RevocationPoller::call_for(const RevocationFeed::Question& question) const {
  HttpCall call{.url = url_,
                .headers = {{"Accept", "application/json"}, {"Cache-Control", "no-cache"}},
                .max_answer_size = max_answer_size};
  if (!question.cursor.empty()) call.url += "?after=" + percent_encoded(question.cursor);
  if (!question.etag.empty()) call.headers.push_back({"If-None-Match", question.etag});
  if (rules_.revocations.secret)
    call.headers.push_back({"Authorization", "Bearer " + *rules_.revocations.secret});
  return call;
}

RevocationAnswer RevocationPoller::read(const CallResult& answer) const {
  if (!answer) return FailedQuestion{answer.error().text, std::nullopt};
  return read_({.url = url_,
                .status = answer->status,
                .body = answer->body,
                .is_cut = answer->body.size() >= max_answer_size,
                .etag = answer->header("ETag"),
                .retry_after = retry_after_of(*answer),
                .asked_with_etag = asked_with_etag_});
}

RevocationPoller::Answers RevocationPoller::take_waiting(
    const std::vector<RevocationFeed::Resolved>& resolved) {
  Answers answers;
  answers.reserve(resolved.size());
  for (const RevocationFeed::Resolved& one : resolved)
    if (auto waiting = waiting_.extract(one.ticket); !waiting.empty())
      answers.emplace_back(std::move(waiting.mapped()), one.outcome);
  return answers;
}

/// Whoever is told may ask again; nobody waits any more then.
void RevocationPoller::answer_all_who_wait() {
  std::unordered_map<RevocationFeed::Ticket, Done> waiting;
  {
    const std::lock_guard lock{mutex_};
    waiting.swap(waiting_);
  }
  for (const auto& [ticket, done] : waiting) done(RevocationFeed::Unavailable{1s});
}

}  // namespace drawbridge::fetch
