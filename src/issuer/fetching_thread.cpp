#include "issuer/fetching_thread.h"

#include <condition_variable>
#include <mutex>
#include <new>
#include <utility>

#include <curl/curl.h>

#include "issuer/curl_rules.h"
#include "issuer/jwks_request.h"
#include "issuer/without_signals.h"

namespace drawbridge::fetch {
namespace {

constexpr std::chrono::seconds longest_end{1};
constexpr int longest_poll_ms = 1'000;

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

struct FetchingThread::State {
  State(JwksUrl url_, std::optional<std::filesystem::path> ca_file_, Deliver deliver_)
      : url{std::move(url_)}, ca_file{std::move(ca_file_)}, deliver{std::move(deliver_)} {
    start_curl();
    multi.reset(curl_multi_init());
    if (!multi) throw std::bad_alloc{};
  }

  void run();
  CURLcode perform(JwksRequest& request);
  Fetched fetch(const KeyCache::Fetch& next);
  Fetched fetch_if_there_is_memory(const KeyCache::Fetch& next);
  bool is_stopping() {
    const std::lock_guard lock{mutex};
    return stopping;
  }

  const JwksUrl url;
  const std::optional<std::filesystem::path> ca_file;
  std::unique_ptr<CURLM, FreeMulti> multi;

  std::mutex mutex;  ///< held while a fetch is delivered, so that none is once `stopping` is set
  std::condition_variable changed;
  std::optional<KeyCache::Fetch> wanted;
  bool stopping = false;
  bool ended = false;
  Deliver deliver;
};

void FetchingThread::State::run() {
  std::unique_lock lock{mutex};
  while (true) {
    changed.wait(lock, [this] { return stopping || wanted; });
    if (stopping) break;
    const KeyCache::Fetch next = *std::exchange(wanted, std::nullopt);
    lock.unlock();
    Fetched fetched = fetch_if_there_is_memory(next);
    lock.lock();
    if (!stopping) deliver(std::move(fetched));
  }
  ended = true;
  changed.notify_all();
}

/// curl's multi interface, because that can be woken to stop.
CURLcode FetchingThread::State::perform(JwksRequest& request) {
  curl_multi_add_handle(multi.get(), request.handle());
  std::optional<CURLcode> done;
  while (!done && !is_stopping()) {
    int running = 0;
    curl_multi_perform(multi.get(), &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) done = message->data.result;
    if (!done) curl_multi_poll(multi.get(), nullptr, 0, longest_poll_ms, nullptr);
  }
  curl_multi_remove_handle(multi.get(), request.handle());
  return done.value_or(CURLE_ABORTED_BY_CALLBACK);
}

Fetched FetchingThread::State::fetch(const KeyCache::Fetch& next) {
  JwksRequest request{url, ca_file, next.etag};
  auto result = request.take_result(perform(request));
  if (auto* same = std::get_if<NotModified>(&result)) return {*same, {}};
  if (auto* failed = std::get_if<FailedFetch>(&result)) return {std::move(*failed), {}};
  auto& document = std::get<JwksDocument>(result);
  auto keys = KeySet::parse(document.body);
  if (!keys) return {FailedFetch{no_key_set(url.text, document.body, keys.error()), std::nullopt}, {}};
  return {GoodFetch{*std::move(keys), document.max_age, std::move(document.etag)}, std::move(document.body)};
}

/// Without memory there is no fetch, and the next may have it; an exception would end the process.
Fetched FetchingThread::State::fetch_if_there_is_memory(const KeyCache::Fetch& next) {
  try {
    return fetch(next);
  } catch (const std::bad_alloc&) {
    return {FailedFetch{"out of memory", std::nullopt}, {}};  // short enough to take none
  }
}

FetchingThread::FetchingThread(JwksUrl url, std::optional<std::filesystem::path> ca_file, Deliver deliver)
    : state_{std::make_shared<State>(std::move(url), std::move(ca_file), std::move(deliver))} {
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[state = state_] { state->run(); }};
}

FetchingThread::~FetchingThread() {
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  curl_multi_wakeup(state_->multi.get());
  const bool ended = state_->changed.wait_for(lock, longest_end, [this] { return state_->ended; });
  state_->deliver = nullptr;  // what it refers to may end before the thread does
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

void FetchingThread::begin(KeyCache::Fetch fetch) {
  const std::lock_guard lock{state_->mutex};
  state_->wanted = std::move(fetch);
  state_->changed.notify_all();
}

}  // namespace drawbridge::fetch
