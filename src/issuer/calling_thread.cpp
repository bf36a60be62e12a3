#include "issuer/calling_thread.h"

#include <condition_variable>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

#include <curl/curl.h>

#include "issuer/without_signals.h"

namespace drawbridge::fetch {
namespace {

constexpr std::chrono::seconds longest_end{1};
constexpr int longest_poll_ms = 1'000;

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct Wanted {
  std::uint64_t call;
  HttpCall what;
};

struct UnderWay {
  std::uint64_t call;
  std::unique_ptr<HttpRequest> request;
};

}  // namespace

struct CallingThread::State {
  State(const KeySource& source, Deliver deliver_)
      : allow_http_hosts{source.allow_http_hosts}, ca_file{source.ca_file}, deliver{std::move(deliver_)} {
    start_curl();
    multi.reset(curl_multi_init());
    if (!multi) throw std::bad_alloc{};
  }
  ~State() {
    for (auto& [easy, under_way] : requests) curl_multi_remove_handle(multi.get(), easy);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void run();
  void start(const Wanted& next);
  void take_results();
  void hand_over(std::uint64_t call, CallResult answer) {
    const std::lock_guard lock{mutex};
    if (!stopping) deliver(call, std::move(answer));
  }

  const std::vector<std::string> allow_http_hosts;
  const std::optional<std::filesystem::path> ca_file;
  std::unique_ptr<CURLM, FreeMulti> multi;
  std::unordered_map<CURL*, UnderWay> requests;

  std::mutex mutex;  ///< held while an answer is delivered, so that none is once `stopping` is set
  std::condition_variable changed;
  std::vector<Wanted> wanted;
  bool stopping = false;
  bool ended = false;
  Deliver deliver;
};

void CallingThread::State::run() {
  std::unique_lock lock{mutex};
  while (true) {
    if (requests.empty()) changed.wait(lock, [this] { return stopping || !wanted.empty(); });
    if (stopping) break;
    const std::vector<Wanted> next = std::exchange(wanted, {});
    lock.unlock();
    for (const Wanted& one : next) start(one);
    int running = 0;
    curl_multi_perform(multi.get(), &running);
    take_results();
    if (!requests.empty()) curl_multi_poll(multi.get(), nullptr, 0, longest_poll_ms, nullptr);
    lock.lock();
  }
  ended = true;
  changed.notify_all();
}

/// Without memory there is no call, and the next may have it; an exception would end the process.
void CallingThread::State::start(const Wanted& next) {
  try {
    auto url = check_jwks_url(next.what.url, allow_http_hosts);
    if (!url) return hand_over(next.call, std::unexpected{NoAnswer{std::move(url).error()}});
    auto request = std::make_unique<HttpRequest>(next.what, *std::move(url), ca_file);
    CURL* const easy = request->handle();
    requests.emplace(easy, UnderWay{next.call, std::move(request)});
    if (curl_multi_add_handle(multi.get(), easy) == CURLM_OK) return;
    requests.erase(easy);
    hand_over(next.call, std::unexpected{NoAnswer{"out of memory"}});
  } catch (const std::bad_alloc&) {
    hand_over(next.call, std::unexpected{NoAnswer{"out of memory"}});  // short enough to take none
  }
}

void CallingThread::State::take_results() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    auto done = requests.extract(message->easy_handle);
    curl_multi_remove_handle(multi.get(), done.key());
    try {
      hand_over(done.mapped().call, done.mapped().request->take_result(code));
    } catch (const std::bad_alloc&) {
      hand_over(done.mapped().call, std::unexpected{NoAnswer{"out of memory"}});
    }
  }
}

CallingThread::CallingThread(const KeySource& source, Deliver deliver)
    : state_{std::make_shared<State>(source, std::move(deliver))} {
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[state = state_] { state->run(); }};
}

CallingThread::~CallingThread() {
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  curl_multi_wakeup(state_->multi.get());
  const bool ended = state_->changed.wait_for(lock, longest_end, [this] { return state_->ended; });
  state_->deliver = nullptr;  // what it refers to may end before the thread does
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

void CallingThread::begin(std::uint64_t call, HttpCall what) {
  const std::lock_guard lock{state_->mutex};
  state_->wanted.push_back({call, std::move(what)});
  state_->changed.notify_all();
  curl_multi_wakeup(state_->multi.get());
}

}  // namespace drawbridge::fetch
