#include "core/revocations/revocation_feed.h"

#include <algorithm>
#include <utility>

#include "core/text/filled.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using State = RevocationStatus::State;

constexpr BootClock::duration question_gap = 1s;
constexpr BootClock::duration used_for = 30s;  ///< after the last token
constexpr BootClock::duration idle_gap = 30s;
constexpr BootClock::duration idle_gap_where_required = 3s;
constexpr BootClock::duration gap_where_there_is_none = 5min;
/// How old an answer may be where the next question is far.
constexpr BootClock::duration current_while_idle = 1s;
constexpr BootClock::duration lost_after = 10s;
constexpr BootClock::duration longest_wait = 2s;
constexpr std::chrono::seconds longest_backoff = 5s;
constexpr std::chrono::seconds longest_retry_after = 30s;
constexpr std::chrono::milliseconds longest_hold = 24h;
constexpr int most_pages = 1'000;

}  // namespace

RevocationFeed::RevocationFeed(RevocationMode mode, std::chrono::seconds clock_skew, RevocationSet& set,
                               std::uint32_t seed)
    : mode_{mode}, skew_{clock_skew}, set_{set}, random_{seed} {}

BootTime RevocationFeed::monotonic(BootTime now) {
  latest_ = std::max(latest_, now);
  return latest_;
}

BootClock::duration RevocationFeed::jittered(BootClock::duration base) {
  constexpr int steps = 100;
  return base + base / 10 * std::uniform_int_distribution{0, steps}(random_) / steps;
}

bool RevocationFeed::is_usable(BootTime now) const {
  return told_at_ && now < *told_at_ + lost_after;
}

std::variant<RevocationFeed::Go, RevocationFeed::Unavailable> RevocationFeed::without_an_answer(
    BootTime now) const {
  if (mode_ != RevocationMode::required || is_usable(now)) return Go{};
  const auto pause = std::chrono::ceil<std::chrono::seconds>(next_question_ - now);
  return Unavailable{std::max(pause, std::chrono::seconds{1})};
}

void RevocationFeed::note_use(BootTime at) {
  used_at_ = used_at_ ? std::max(*used_at_, at) : at;
}

BootTime RevocationFeed::go_until() const {
  const bool is_required = mode_ == RevocationMode::required;
  if (mode_ == RevocationMode::off || issuer_has_none_) return BootTime::max();
  if (!is_required && (failures_ > 0 || waited_in_vain_)) return BootTime::max();
  if (!told_at_) return BootTime::min();
  return *told_at_ + (is_idle_ && failures_ == 0 ? current_while_idle : lost_after);
}

RevocationFeed::Answer RevocationFeed::ask(BootTime now) {
  now = monotonic(now);
  note_use(now);
  if (now < go_until()) return Go{};
  if (failures_ > 0 || waited_in_vain_)
    return std::visit([](auto outcome) { return Answer{outcome}; }, without_an_answer(now));
  waiters_.push_back({++last_ticket_, now});
  return Waiting{last_ticket_};
}

RevocationFeed::Step RevocationFeed::poll(BootTime now) {
  now = monotonic(now);
  Step step{};
  step.next = BootTime::max();
  if (mode_ == RevocationMode::off) return step;
  while (!waiters_.empty() && waiters_.front().asked + longest_wait <= now) {
    waited_in_vain_ = true;
    step.resolved.push_back({waiters_.front().ticket, without_an_answer(now)});
    waiters_.pop_front();
  }
  set_.tidy(now);
  const bool wanted = !waiters_.empty() || now >= next_question_;
  if (!in_flight_ && wanted && now >= earliest_question_) {
    in_flight_ = now;
    if (!started_at_) started_at_ = now;
    cursor_in_flight_ = cursor_;
    step.begin = Question{cursor_, etag_};
  }
  if (!waiters_.empty()) step.next = waiters_.front().asked + longest_wait;
  if (!in_flight_)
    step.next = std::min(
        step.next, waiters_.empty() ? std::max(earliest_question_, next_question_) : earliest_question_);
  return step;
}

std::vector<RevocationFeed::Resolved> RevocationFeed::on_answer(RevocationAnswer answer, BootTime now) {
  now = monotonic(now);
  const BootTime began = std::exchange(in_flight_, std::nullopt).value_or(now);
  ++ended_;
  if (auto* none = std::get_if<NoRevocations>(&answer)) return found_none(std::move(*none), now);
  if (auto* failed = std::get_if<FailedQuestion>(&answer))
    return fail(std::move(failed->text), failed->retry_after, now);
  if (std::holds_alternative<RevocationsUnchanged>(answer)) {
    if (etag_.empty()) return fail("The issuer answered 304 to an unconditional request.", {}, now);
    return complete(began, now);
  }
  auto& page = std::get<RevocationPage>(answer);
  const bool more = page.more;
  if (std::string why = take_page(std::move(page), now); !why.empty()) return fail(std::move(why), {}, now);
  if (!more) return complete(began, now);
  earliest_question_ = now;
  next_question_ = now;
  return {};
}

std::string RevocationFeed::take_page(RevocationPage page, BootTime now) {
  const bool is_a_step = !page.cursor.empty() && page.cursor != cursor_in_flight_;
  if (page.more && (!is_a_step || ++pages_ > most_pages))
    return "The issuer reports more revocations, but its cursor does not lead to them.";
  std::vector<Revocation> revocations;
  revocations.reserve(page.entries.size());
  for (const ListedRevocation& one : page.entries)
    revocations.push_back({one.digest, one.before, now + std::min(one.left + 2 * skew_, longest_hold)});
  // The cursor stays, so that those that found no place are asked for again.
  if (!set_.add(revocations, now))
    return filled("The issuer has more revocations than the {} that this process keeps.", set_.capacity());
  etag_ = page.cursor == cursor_in_flight_ ? std::move(page.etag) : std::string{};
  cursor_ = std::move(page.cursor);
  return {};
}

std::vector<RevocationFeed::Resolved> RevocationFeed::complete(BootTime began, BootTime now) {
  told_at_ = began;
  issuer_has_none_ = false;
  failures_ = 0;
  last_failure_.clear();
  pages_ = 0;
  waited_in_vain_ = false;
  std::vector<Resolved> resolved;
  while (!waiters_.empty() && waiters_.front().asked <= began + question_gap) {
    resolved.push_back({waiters_.front().ticket, Go{}});
    waiters_.pop_front();
  }
  is_idle_ = !used_at_ || now >= *used_at_ + used_for;
  // A tenth less at most, so that many backends do not ask together, and none later than it promises.
  earliest_question_ = began + 2 * question_gap - jittered(question_gap);
  next_question_ = earliest_question_;
  if (is_idle_)
    next_question_ = began + jittered(mode_ == RevocationMode::required ? idle_gap_where_required : idle_gap);
  return resolved;
}

/// An issuer that had revocations for this process has lost them: its tokens may be of any of those.
std::vector<RevocationFeed::Resolved> RevocationFeed::found_none(NoRevocations none, BootTime now) {
  if (told_at_ || mode_ == RevocationMode::required) return fail(std::move(none.text), {}, now);
  issuer_has_none_ = true;
  failures_ = 0;
  last_failure_.clear();
  earliest_question_ = now + question_gap;
  next_question_ = now + jittered(gap_where_there_is_none);
  return resolve_all(now);
}

std::vector<RevocationFeed::Resolved> RevocationFeed::fail(std::string text,
                                                           std::optional<std::chrono::seconds> retry_after,
                                                           BootTime now) {
  ++failed_;
  pages_ = 0;
  if (issuer_has_none_) {  // which an outage does not change
    earliest_question_ = now + question_gap;
    next_question_ = now + jittered(gap_where_there_is_none);
    return resolve_all(now);
  }
  const auto doubled = std::chrono::seconds{1LL << std::min(failures_, 3)};
  ++failures_;
  last_failure_ = std::move(text);
  BootClock::duration pause = jittered(std::min(doubled, longest_backoff));
  if (retry_after)
    pause = std::max<BootClock::duration>(pause, std::clamp(*retry_after, 0s, longest_retry_after));
  earliest_question_ = now + pause;
  next_question_ = earliest_question_;
  return resolve_all(now);
}

void RevocationFeed::lose_step(BootTime now) {
  now = monotonic(now);
  in_flight_.reset();
  waiters_.clear();
  pages_ = 0;
  ++failures_;
  earliest_question_ = now + question_gap;
  next_question_ = earliest_question_;
}

std::vector<RevocationFeed::Resolved> RevocationFeed::resolve_all(BootTime now) {
  std::vector<Resolved> resolved;
  resolved.reserve(waiters_.size());
  for (const Waiter& waiter : waiters_) resolved.push_back({waiter.ticket, without_an_answer(now)});
  waiters_.clear();
  return resolved;
}

RevocationStatus RevocationFeed::status(BootTime now) const {
  now = std::max(now, latest_);
  RevocationStatus status{.required = mode_ == RevocationMode::required,
                          .entries = set_.size(),
                          .last_failure = last_failure_,
                          .questions = ended_,
                          .failed_questions = failed_};
  if (told_at_) status.age = std::chrono::floor<std::chrono::seconds>(now - *told_at_);
  if (mode_ == RevocationMode::off || issuer_has_none_) return status;
  const bool is_asked_in_vain = failures_ > 0 || waited_in_vain_ || status.required;
  const auto since = told_at_ ? told_at_ : started_at_;
  if (since && is_asked_in_vain && now >= *since + lost_after)
    status.state = State::lost;
  else
    status.state = told_at_ ? State::current : State::pending;
  return status;
}

std::optional<RevocationFeed::Event> RevocationFeed::take_event(BootTime now) {
  const RevocationStatus now_so = status(now);
  const State before = std::exchange(state_told_, now_so.state);
  if (before == now_so.state) return std::nullopt;
  if (now_so.state == State::current)
    return Event{true, filled("revocations are received{}, entries: {}",
                              before == State::lost ? " again" : "", now_so.entries)};
  if (now_so.state != State::lost) return std::nullopt;
  return Event{false,
               filled("Revocations are currently unavailable: {} {}",
                      now_so.last_failure.empty() ? "The issuer does not answer." : now_so.last_failure,
                      now_so.required ? "No token is accepted in the meantime (revocations: required)."
                                      : "Tokens revoked in the meantime stay valid until they expire.")};
}

}  // namespace drawbridge
