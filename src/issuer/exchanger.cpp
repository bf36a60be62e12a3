#include "issuer/exchanger.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <new>
#include <stdexcept>

#include <sodium.h>

#include "core/credentials/session_cookie.h"
#include "core/jose/sha256.h"
#include "core/text/ascii.h"
#include "core/text/filled.h"
#include "core/text/whole_number.h"
#include "issuer/address_share.h"
#include "issuer/boot_now.h"
#include "issuer/without_signals.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;
using Outcome = ExchangeQueue::Outcome;
using Concerns = FailedExchange::Concerns;

/// A wait does not count the time that the machine sleeps; this bounds how late a timer can be after it.
constexpr BootClock::duration longest_nap = 30s;
constexpr std::chrono::milliseconds pause_without_memory{100};
/// A remembered token is not used up to its very end: who asks for it may need it for a moment.
constexpr std::chrono::seconds margin = 5s;
constexpr BootClock::duration quiet_after_a_report = 10s;
/// No token is remembered for longer, whatever its time.
constexpr std::chrono::seconds longest_memory = 24h;

std::chrono::seconds at_least_a_second(std::optional<std::chrono::seconds> pause) {
  return std::max(pause.value_or(1s), std::chrono::seconds{1});
}

std::string_view text_of(ExchangedKind kind) {
  return kind == ExchangedKind::session ? "session" : "key";
}

/// The one place where its text is laid out.
ExchangeQueue::Credential credential_of(ExchangedKind kind, std::string_view cookie_name,
                                        std::initializer_list<std::string_view> value) {
  std::string text;
  text.reserve(128);
  text.append(text_of(kind)).append(cookie_name).push_back('\0');
  for (const std::string_view part : value) text += part;
  return sha256(text);
}

std::optional<std::chrono::seconds> retry_after_of(const HttpAnswer& answer) {
  for (const std::string_view name : {"Retry-After", "X-Retry-After"})
    if (const auto seconds = whole_number<std::int64_t>(answer.header(name), 0))
      return std::chrono::seconds{*seconds};
  return std::nullopt;
}

IssuerAnswer seen(const HttpAnswer& answer, std::string_view url) {
  IssuerAnswer seen{.url = url, .status = answer.status, .body = answer.body, .jwts = {}, .retry_after = {}};
  for (const HttpHeader& header : answer.headers)
    if (ascii::equal_ignoring_case(header.name, "set-auth-jwt")) seen.jwts.push_back(header.value);
  seen.retry_after = retry_after_of(answer);
  return seen;
}

FailedExchange failed_call(const NoAnswer& none) {
  const auto concerns = [&] {
    switch (none.stage) {
      case NoAnswer::Stage::not_sent:
        return Concerns::all;
      case NoAnswer::Stage::not_answered:
        return Concerns::perhaps_all;
      case NoAnswer::Stage::broken_off:
        break;
    }
    return Concerns::credential;
  }();
  return {.text = none.text, .retry_after = {}, .concerns = concerns};
}

/// In each address of a token that is asked for with a key: no cache before Better Auth can have another
/// key's.
std::string nonce() {
  std::array<std::uint64_t, 2> bytes{};
  randombytes_buf(bytes.data(), sizeof bytes);
  return hex(bytes[0], 16) + hex(bytes[1], 16);
}

Exchanger::Refused unavailable(std::optional<std::chrono::seconds> retry_after, std::string why = {}) {
  return {Outcome::unavailable, at_least_a_second(retry_after), std::move(why)};
}

/// Then the token may be as good as before.
bool cannot_be_judged_now(const AuthError& error) {
  return group_of(error.code) == ErrorGroup::unavailable;
}

/// The one that counts such results.
std::uint64_t& number_of(const ExchangeResult& result, CredentialCounts& counts) {
  if (std::holds_alternative<GoodExchange>(result)) return counts.good;
  if (std::holds_alternative<CredentialUnknown>(result)) return counts.unknown;
  return std::holds_alternative<CredentialLimited>(result) ? counts.limited : counts.failed;
}

}  // namespace

struct Exchanger::Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Arrived> arrived;
  std::vector<Judged> judged;
  bool woken = false;
  bool lost = false;  ///< something that there was no memory for
  bool stopping = false;

  void wake() {
    const std::lock_guard lock{mutex};
    woken = true;
    changed.notify_one();
  }
  void lose() {
    const std::lock_guard lock{mutex};
    lost = true;
    woken = true;
    changed.notify_one();
  }
  /// Throws nothing: who adds has nobody to tell.
  void add(auto& list, auto item) {
    try {
      const std::lock_guard lock{mutex};
      list.push_back(std::move(item));
      woken = true;
      changed.notify_one();
    } catch (const std::bad_alloc&) {
      lose();
    }
  }
};

Exchanger::Exchanger(ExchangeSource source, RemoteVerifier& verifier)
    : source_{std::move(source)},
      secret_{new_digest_secret()},
      verifier_{verifier},
      tokens_{std::make_shared<ExchangedTokens>(source_.remembered)},
      inbox_{std::make_shared<Inbox>()},
      lanes_{Lane{ExchangeQueue{randombytes_random()}}, Lane{ExchangeQueue{randombytes_random()}}} {
  if (const auto url = check_jwks_url(source_.base_url, source_.rules.allow_http_hosts); !url)
    throw std::invalid_argument{"the URL of Better Auth " + url.error()};
  calling_.emplace(source_.rules, [inbox = inbox_](std::uint64_t call, CallResult answer) {
    inbox->add(inbox->arrived, Arrived{call, std::move(answer)});
  });
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

Exchanger::~Exchanger() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  {
    const std::lock_guard lock{inbox_->mutex};
    inbox_->stopping = true;
    inbox_->changed.notify_one();
  }
  thread_.join();
  calling_.reset();
  answer_all_who_wait();
}

std::optional<Exchanger::Result> Exchanger::ask_session(const SessionCookie& cookie, std::string_view value,
                                                        std::string_view client_address, const Done& done) {
  // Decoded, so that one session is one credential however it is written.
  const auto credential =
      credential_of(ExchangedKind::session, source_.cookie_name, {cookie.token, ".", cookie.signature});
  return ask({ExchangedKind::session, credential, value, client_address, &cookie}, done);
}

std::optional<Exchanger::Result> Exchanger::ask_key(std::string_view key, std::string_view client_address,
                                                    const Done& done) {
  return ask({ExchangedKind::key, credential_of(ExchangedKind::key, {}, {key}), key, client_address}, done);
}

CredentialCounts Exchanger::counts(ExchangedKind kind) const {
  const auto index = static_cast<std::size_t>(kind);
  const std::lock_guard lock{mutex_};
  CredentialCounts counts = lanes_.at(index).counts;
  counts.remembered = remembered_.at(index).value();
  counts.waiting = lanes_.at(index).waiting.size();
  return counts;
}

bool Exchanger::is_forged(const Sent& sent) const {
  return sent.cookie != nullptr && source_.secrets != nullptr && !source_.secrets->signed_it(*sent.cookie);
}

std::optional<Exchanger::Result> Exchanger::ask(const Sent& sent, const Done& done) {
  const ExchangeQueue::Credential& credential = sent.credential;
  if (const auto jwt = tokens_->find(credential, boot_now())) {
    auto verdict =
        verifier_.verify_async(*jwt, [done, tokens = tokens_, credential, jwt](RemoteVerifier::Result later) {
          if (later) return done(*std::move(later));
          if (!cannot_be_judged_now(later.error())) tokens->forget(credential, jwt);
          done(std::unexpected{unavailable(later.error().retry_after, std::move(later.error().hint))});
        });
    if (!verdict || *verdict) remembered_.at(static_cast<std::size_t>(sent.kind)).add();
    if (!verdict) return std::nullopt;
    if (*verdict) return **std::move(verdict);
    if (cannot_be_judged_now(verdict->error()))
      return std::unexpected{unavailable(verdict->error().retry_after, std::move(verdict->error().hint))};
    tokens_->forget(credential, jwt);  // it has ended, or its key was withdrawn: there may be a better one
  }
  if (is_forged(sent)) return std::unexpected{Refused{.outcome = Outcome::unknown, .is_forged = true}};
  std::optional<Result> answer;
  try {
    const std::lock_guard lock{mutex_};
    answer = ask_queue(sent, done);
  } catch (const std::bad_alloc&) {
    inbox_->lose();  // a place may be taken that nobody has
    return std::unexpected{unavailable(1s)};
  }
  if (!answer) inbox_->wake();
  return answer;
}

std::optional<Exchanger::Result> Exchanger::ask_queue(const Sent& sent, const Done& done) {
  if (stopping_) return std::unexpected{unavailable(1s)};
  Lane& lane = lane_of(sent.kind);
  const auto answer = lane.queue.ask(sent.credential, std::string{sent.value},
                                     digest_of_share(sent.client_address, secret_), boot_now());
  if (std::holds_alternative<ExchangeQueue::Unknown>(answer))
    return std::unexpected{Refused{Outcome::unknown}};
  if (const auto* limited = std::get_if<ExchangeQueue::Limited>(&answer))
    return std::unexpected{Refused{Outcome::limited, limited->retry_after}};
  if (const auto* not_now = std::get_if<ExchangeQueue::Unavailable>(&answer))
    return std::unexpected{unavailable(not_now->retry_after, lane.queue.last_failure())};
  lane.waiting.emplace(std::get<ExchangeQueue::Waiting>(answer).ticket, done);
  return std::nullopt;
}

void Exchanger::run() {
  while (true) {
    std::vector<Arrived> arrived;
    std::vector<Judged> judged;
    bool lost = false;
    {
      std::unique_lock lock{inbox_->mutex};
      const auto nap = std::clamp<BootClock::duration>(next_ - boot_now(), 0ms, longest_nap);
      inbox_->changed.wait_for(lock, nap, [this] { return inbox_->woken || inbox_->stopping; });
      if (inbox_->stopping) return;
      inbox_->woken = false;
      lost = std::exchange(inbox_->lost, false);
      arrived.swap(inbox_->arrived);
      judged.swap(inbox_->judged);
    }
    try {
      turn(arrived, judged);
    } catch (const std::bad_alloc&) {
      lost = true;
    }
    if (!lost) continue;
    // Whom an answer was for may be lost, so all who wait get one, and nothing counts as under way.
    under_way_.clear();
    answer_all_who_wait();
    std::this_thread::sleep_for(pause_without_memory);
  }
}

void Exchanger::turn(const std::vector<Arrived>& arrived, const std::vector<Judged>& judged) {
  for (const Judged& one : judged) on_judged(one);
  for (const Arrived& one : arrived) on_arrived(one);
  next_ = BootTime::max();
  for (const ExchangedKind kind : {ExchangedKind::session, ExchangedKind::key}) {
    ExchangeQueue::Step step{};
    {
      const std::lock_guard lock{mutex_};
      Lane& lane = lane_of(kind);
      step = lane.queue.poll(boot_now());
      take_waiting(lane, step.resolved, std::nullopt, lane.queue.last_failure());
    }
    next_ = std::min(next_, step.next);
    for (ExchangeQueue::Exchange& one : step.begin) {
      Exchange exchange{one.credential, kind, std::move(one.value), boot_now()};
      const std::uint64_t call = ++last_call_;
      begin(call, under_way_.emplace(call, std::move(exchange)).first->second);
    }
  }
  answer();
}

/// Takes no memory.
void Exchanger::answer() {
  while (!answers_.empty()) {
    auto [done, result] = std::move(answers_.back());
    answers_.pop_back();
    done(std::move(result));
  }
}

void Exchanger::begin(std::uint64_t call, const Exchange& exchange) {
  HttpCall what{.url = source_.base_url + "/token?nonce=" + nonce(),
                .headers = {{"Accept", "application/json"}, {"Cache-Control", "no-store"}}};
  if (exchange.kind == ExchangedKind::session && !exchange.session)
    what.url = source_.base_url + "/get-session?disableCookieCache=true&disableRefresh=true";
  if (exchange.kind == ExchangedKind::key)
    what.headers.push_back({"x-api-key", exchange.value});
  else
    what.headers.push_back({"Cookie", source_.cookie_name + "=" + exchange.value});
  calling_->begin(call, std::move(what));
}

void Exchanger::on_arrived(const Arrived& arrived) {
  const auto found = under_way_.find(arrived.call);
  if (found == under_way_.end()) return;
  Exchange& exchange = found->second;
  if (!arrived.answer) return finish(arrived.call, failed_call(arrived.answer.error()));
  const bool asked_session = exchange.kind == ExchangedKind::session && !exchange.session;
  const std::string url = source_.base_url + (asked_session ? "/get-session" : "/token");
  const IssuerAnswer answer = seen(*arrived.answer, url);
  if (asked_session) {
    auto session = read_session_answer(answer, read_session_cookie(exchange.value).value().token);
    if (!session) return finish(arrived.call, session.error());
    exchange.session = *std::move(session);
    if (exchange.session->jwt.empty()) return begin(arrived.call, exchange);
    return judge(arrived.call, exchange.session->jwt);
  }
  const auto jwt =
      exchange.kind == ExchangedKind::key ? read_key_token_answer(answer) : read_session_token_answer(answer);
  if (!jwt) return finish(arrived.call, jwt.error());
  judge(arrived.call, *jwt);
}

void Exchanger::judge(std::uint64_t call, const std::string& jwt) {
  auto verdict = verifier_.verify_async(jwt, [inbox = inbox_, call, jwt](RemoteVerifier::Result later) {
    try {
      inbox->add(inbox->judged, Judged{call, jwt, std::move(later)});
    } catch (const std::bad_alloc&) {
      inbox->lose();
    }
  });
  if (verdict) on_judged({call, jwt, *std::move(verdict)});
}

void Exchanger::on_judged(const Judged& judged) {
  const auto found = under_way_.find(judged.call);
  if (found == under_way_.end()) return;
  const Exchange& exchange = found->second;
  if (!judged.result) {
    const AuthError& error = judged.result.error();
    // A key that was disabled and is enabled again gets revoked tokens alone for a while, and each further
    // question would count against its own limit. A session's token may be of the moment of a change: the
    // next one is good.
    if (exchange.kind == ExchangedKind::key && error.code == ErrorCode::token_revoked)
      return finish(judged.call, CredentialUnknown{});
    return finish(judged.call,
                  FailedExchange{.text = filled("Better Auth's token for a {} is refused here: {}: {}",
                                                text_of(exchange.kind), name_of(error.code), error.hint),
                                 .retry_after = error.retry_after,
                                 .concerns = Concerns::credential});
  }
  const Identity& identity = *judged.result;
  if (exchange.session && !is_of_session(identity, *exchange.session))
    return finish(
        judged.call,
        FailedExchange{.text = filled("{} answered with the token of a different session: a cache in "
                                      "front of Better Auth mixes up answers.",
                                      source_.base_url),
                       .concerns = Concerns::credential});
  const auto now = boot_now();
  const auto system_now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  // A sign-out may have come right after the question.
  const auto left =
      std::min<std::chrono::seconds>(identity.expires_at() - system_now - margin, longest_memory);
  const auto until = std::min<BootTime>(exchange.asked_at + source_.longest_memory, now + left);
  if (until > now) tokens_->remember(exchange.credential, judged.jwt, until, now);
  finish(judged.call, GoodExchange{}, identity);
}

void Exchanger::finish(std::uint64_t call, const ExchangeResult& result,
                       const std::optional<Identity>& identity) {
  const auto now = boot_now();
  const auto* failed = std::get_if<FailedExchange>(&result);
  const Exchange& exchange = under_way_.at(call);
  if (std::holds_alternative<CredentialUnknown>(result)) tokens_->forget(exchange.credential);
  {
    const std::lock_guard lock{mutex_};
    Lane& lane = lane_of(exchange.kind);
    ++number_of(result, lane.counts);
    const auto resolved = lane.queue.on_exchanged(exchange.credential, result, now);
    take_waiting(lane, resolved, identity, failed == nullptr ? std::string{} : failed->text);
  }
  under_way_.erase(call);
  if (failed == nullptr || !source_.on_failure || now < quiet_until_) return;
  quiet_until_ = now + quiet_after_a_report;
  source_.on_failure(failed->text);
}

void Exchanger::take_waiting(Lane& lane, const std::vector<ExchangeQueue::Resolved>& resolved,
                             const std::optional<Identity>& identity, const std::string& why) {
  answers_.reserve(answers_.size() + resolved.size());
  for (const ExchangeQueue::Resolved& one : resolved) {
    const auto waiting = lane.waiting.find(one.ticket);
    if (waiting == lane.waiting.end()) continue;
    // Made before anybody is taken off: whoever is left where there is no memory is answered all the same.
    Result result = one.outcome == Outcome::good && identity
                        ? Result{*identity}
                        : Result{std::unexpected{Refused{one.outcome, one.retry_after, why}}};
    answers_.emplace_back(std::move(waiting->second), std::move(result));
    lane.waiting.erase(waiting);
  }
}

/// Takes no memory. Whoever is told may ask again; nobody waits any more then.
void Exchanger::answer_all_who_wait() {
  answer();
  for (Lane& lane : lanes_) {
    std::unordered_map<ExchangeQueue::Ticket, Done> waiting;
    {
      const std::lock_guard lock{mutex_};
      lane.queue.clear();
      waiting.swap(lane.waiting);
    }
    for (auto& [ticket, done] : waiting) done(std::unexpected{Refused{Outcome::unavailable, 1s}});
  }
}

}  // namespace drawbridge::fetch
