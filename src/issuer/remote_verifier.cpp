#include "drawbridge/remote_verifier.h"

#include <future>
#include <new>
#include <stdexcept>

#include <sodium.h>

#include "core/credentials/cached_session.h"
#include "core/jose/verification.h"
#include "core/keys/verified_subjects.h"
#include "core/keys/verified_tokens.h"
#include "issuer/address_share.h"
#include "issuer/key_fetcher.h"
#include "issuer/revocation_poller.h"
#include "issuer/table_builder.h"

namespace drawbridge {
namespace {

using Result = RemoteVerifier::Result;

constexpr std::chrono::seconds one_second{1};

TokenTime token_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

BetterAuth better_auth_at(std::string_view url) {
  auto addresses = BetterAuth::at(url);
  if (!addresses) throw std::invalid_argument{"the URL of Better Auth, " + addresses.error()};
  return *std::move(addresses);
}

std::uint64_t new_seed() {
  std::uint64_t seed = 0;
  randombytes_buf(&seed, sizeof seed);
  return seed;
}

/// A session's cache, and the token of the session's own cookie where that was sent as well: what is
/// remembered is that both go together.
class CachedSession {
 public:
  CachedSession(std::string_view jwt, std::optional<std::string_view> session_token)
      : text_{jwt}, jwt_size_{jwt.size()} {
    if (session_token) text_.append(1, '\0').append(*session_token);
  }

  std::string_view text() const { return text_; }
  std::string_view jwt() const { return text().substr(0, jwt_size_); }
  std::optional<std::string_view> session_token() const {
    if (text_.size() == jwt_size_) return std::nullopt;
    return text().substr(jwt_size_ + 1);
  }

 private:
  std::string text_;
  std::size_t jwt_size_;
};

KeySource source_at(std::string jwks_url) {
  KeySource source;
  source.jwks_url = std::move(jwks_url);
  return source;
}

}  // namespace

struct RemoteVerifier::Impl {
  Impl(Policy policy, KeySource source)
      : verifier{std::move(policy)},
        tokens{source.remembered_tokens, verifier.policy().clock_skew},
        tables{source.eddsa_tables && ed25519::has_tables(), new_seed()},
        builder{tables, [this](KeySource::Event event) { fetcher.tell(std::move(event)); }},
        revocations{source, verifier.policy().clock_skew},
        fetcher{std::move(source)} {
    revocations.start([this](RevocationFeed::Event event) {
      fetcher.tell({event.good, std::move(event.text), KeySource::Event::About::revocations});
    });
  }
  /// Their threads tell the fetcher, whose threads ask them: so they end first and go last.
  ~Impl() {
    builder.stop();
    revocations.stop();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// A remembered verdict or a verification against the keys that serve at `now`, and what is known of
  /// revocations.
  std::expected<Identity, Refusal> check(std::string_view token, BootTime now) {
    const TokenTime at = token_now();
    const KeySet& keys = fetcher.serving(now);
    if (token.size() <= verifier.policy().max_token_size)
      if (auto known = tokens.find(token, keys, at, TokenType::jwt, &revocations.known()))
        return judged(*std::move(known), now);
    return remembered(token, verify_token(token, verifier.policy(), keys, at, &tables), at, now);
  }

  std::expected<Identity, Refusal> check(const CachedSession& sent, BootTime now) {
    const TokenTime at = token_now();
    const KeySet& keys = fetcher.serving(now);
    if (sent.jwt().size() <= verifier.policy().max_token_size)
      if (auto known = tokens.find(sent.text(), keys, at, TokenType::session_cache, &revocations.known()))
        return judged(*std::move(known), now);
    return remembered(
        sent.text(),
        verify_cached_session(sent.jwt(), sent.session_token(), verifier.policy(), keys, at, &tables), at,
        now);
  }

  static std::expected<Identity, Refusal> judged(RememberedToken known, BootTime now) {
    if (known.revoked_until && now < *known.revoked_until) return std::unexpected{revoked()};
    return std::move(known).identity;
  }

  std::expected<Identity, Refusal> remembered(std::string_view text, std::expected<Verdict, Refusal> verdict,
                                              TokenTime at, BootTime now) {
    builder.look();
    if (!verdict) return std::unexpected{std::move(verdict).error()};
    if (revocations.is_revoked(verdict->marks, now)) return std::unexpected{revoked()};
    tokens.remember(text, *verdict, at);
    subjects.remember(keyed_digest(verdict->identity.subject(), secret));
    return std::move(verdict)->identity;
  }

  static Refusal revoked() {
    return {AuthError{ErrorCode::token_revoked,
                      "The token was revoked before it expired.",
                      "Its session has ended, or what it says about the user has changed since it was made. "
                      "Get a new token; if the session has ended, the user must sign in again.",
                      {}},
            std::nullopt};
  }

  Asker asker(const Refusal& refusal, std::string_view client_address) const {
    const std::uint64_t subject = keyed_digest(refusal.unverified_subject, secret);
    return {.address = fetch::digest_of_share(client_address, secret),
            .subject = subject,
            .subject_was_verified = subjects.contains(subject)};
  }

  Result unavailable(std::chrono::seconds retry_after) const {
    const std::string failure = fetcher.status().last_failure;
    return std::unexpected{
        AuthError{ErrorCode::keys_unavailable,
                  "The issuer's keys are currently unavailable, so the token was not checked.",
                  failure.empty() ? "The key set is being fetched." : failure, retry_after}};
  }

  Result revocations_unavailable(std::chrono::seconds retry_after) const {
    const std::string failure = revocations.status().last_failure;
    return std::unexpected{AuthError{
        ErrorCode::revocations_unavailable, "It is currently unknown whether the token was revoked.",
        failure.empty() ? "The issuer has not reported its revocations yet." : failure, retry_after}};
  }

  /// A verdict that waits for nothing more.
  Result check_once_more(const auto& sent) {
    auto identity = check(sent, fetch::boot_now());
    if (identity) return *std::move(identity);
    if (identity.error().missing_kid) return unavailable(one_second);
    return std::unexpected{std::move(identity).error().error};
  }

  Result after_revocations(const auto& sent, const fetch::RevocationPoller::Outcome& outcome) {
    if (const auto* not_now = std::get_if<RevocationFeed::Unavailable>(&outcome))
      return revocations_unavailable(not_now->retry_after);
    return check_once_more(sent);
  }

  /// The answer for a token that is good by what is known; nothing where more must be known first, and `done`
  /// is called later. `Kept` is what is kept of `sent` for as long as it waits.
  template <typename Kept>
  std::optional<Result> settle(const auto& sent, Identity identity, BootTime now,
                               const std::function<void(Result)>& done) {
    if (revocations.is_current(now)) return identity;
    const auto answer =
        revocations.ask([this, kept = Kept{sent}, done](const fetch::RevocationPoller::Outcome& outcome) {
          Result result = std::unexpected{AuthError{ErrorCode::revocations_unavailable, {}, {}, one_second}};
          try {
            result = after_revocations(kept, outcome);
          } catch (const std::bad_alloc&) {
            result = std::unexpected{AuthError{ErrorCode::revocations_unavailable, {}, {}, one_second}};
          }
          done(std::move(result));
        });
    if (std::holds_alternative<RevocationFeed::Waiting>(answer)) return std::nullopt;
    if (const auto* not_now = std::get_if<RevocationFeed::Unavailable>(&answer))
      return revocations_unavailable(not_now->retry_after);
    return check_once_more(sent);  // the answer may have come between the look and the question
  }

  /// The answer for what waited for its kid; nothing where `done` is called later.
  template <typename Kept>
  std::optional<Result> after_waiting(const Kept& sent, const AuthError& not_held,
                                      const KeyCache::Resolved& resolved,
                                      const std::function<void(Result)>& done) {
    if (resolved.outcome == KeyCache::Outcome::unavailable) return unavailable(resolved.retry_after);
    if (resolved.outcome == KeyCache::Outcome::absent) return std::unexpected{not_held};
    const BootTime now = fetch::boot_now();
    auto identity = check(sent, now);
    if (identity) return settle<Kept>(sent, *std::move(identity), now, done);
    if (identity.error().missing_kid) return unavailable(one_second);
    return std::unexpected{std::move(identity).error().error};
  }

  /// `Kept` is what is kept of `sent` for as long as it waits.
  template <typename Kept>
  std::optional<Result> verify_async(const auto& sent, const std::function<void(Result)>& done,
                                     std::string_view client_address) {
    // The kid may come to be held between the look and the question; then one more look finds it.
    for (int look = 0; look < 2; ++look) {
      const BootTime now = fetch::boot_now();
      auto identity = check(sent, now);
      if (identity) return settle<Kept>(sent, *std::move(identity), now, done);
      Refusal& refusal = identity.error();
      if (!refusal.missing_kid) return std::unexpected{std::move(refusal.error)};
      const auto answer = fetcher.ask(
          *refusal.missing_kid, asker(refusal, client_address),
          [this, kept = Kept{sent}, not_held = refusal.error, done](const KeyCache::Resolved& resolved) {
            if (auto result = after_waiting(kept, not_held, resolved, done)) done(*std::move(result));
          });
      if (std::holds_alternative<KeyCache::Waiting>(answer)) return std::nullopt;
      if (std::holds_alternative<KeyCache::Absent>(answer)) return std::unexpected{std::move(refusal.error)};
      if (const auto* not_now = std::get_if<KeyCache::Unavailable>(&answer))
        return unavailable(not_now->retry_after);
    }
    return unavailable(one_second);
  }

  Verifier verifier;
  VerifiedTokens tokens;
  VerifiedSubjects subjects;
  const DigestSecret secret = fetch::new_digest_secret();
  ed25519::KeyTables tables;
  fetch::TableBuilder builder;
  fetch::RevocationPoller revocations;
  fetch::KeyFetcher fetcher;  // last: its threads use the others
};

RemoteVerifier::RemoteVerifier(Policy policy, KeySource source)
    : impl_{std::make_unique<Impl>(std::move(policy), std::move(source))} {}

RemoteVerifier::RemoteVerifier(std::string_view better_auth_url) {
  BetterAuth addresses = better_auth_at(better_auth_url);
  impl_ = std::make_unique<Impl>(Policy{std::move(addresses.issuer), std::move(addresses.audience)},
                                 source_at(std::move(addresses.jwks_url)));
}

RemoteVerifier::~RemoteVerifier() = default;
RemoteVerifier::RemoteVerifier(RemoteVerifier&&) noexcept = default;
RemoteVerifier& RemoteVerifier::operator=(RemoteVerifier&&) noexcept = default;

std::optional<Result> RemoteVerifier::verify_async(std::string_view token,
                                                   const std::function<void(Result)>& done,
                                                   std::string_view client_address) {
  return impl_->verify_async<std::string>(token, done, client_address);
}

std::optional<Result> RemoteVerifier::verify_cached_session_async(
    std::string_view jwt, std::optional<std::string_view> session_token,
    const std::function<void(Result)>& done, std::string_view client_address) {
  return impl_->verify_async<CachedSession>(CachedSession{jwt, session_token}, done, client_address);
}

Result RemoteVerifier::verify(std::string_view token, std::string_view client_address) {
  // The usual case, without what waiting takes: a token that was seen before costs no allocation.
  const BootTime now = fetch::boot_now();
  auto known = impl_->check(token, now);
  if (known && impl_->revocations.is_current(now)) return *std::move(known);
  if (!known && !known.error().missing_kid) return std::unexpected{std::move(known).error().error};
  const auto promise = std::make_shared<std::promise<Result>>();
  auto later = promise->get_future();
  auto answer = impl_->verify_async<std::string>(
      token, [promise](Result result) { promise->set_value(std::move(result)); }, client_address);
  return answer ? *std::move(answer) : later.get();
}

Result RemoteVerifier::authenticate(std::string_view authorization, std::string_view client_address) {
  const auto token = bearer_token({&authorization, 1});
  if (!token) return std::unexpected{token.error()};
  return verify(*token, client_address);
}

void RemoteVerifier::refresh() {
  impl_->fetcher.refresh();
}
RevocationStatus RemoteVerifier::revocation_status() const {
  return impl_->revocations.status();
}
CacheCounts RemoteVerifier::remembered_tokens() const {
  return impl_->tokens.lookups();
}
EddsaTableStatus RemoteVerifier::eddsa_tables() const {
  return impl_->tables.status();
}
KeyStatus RemoteVerifier::key_status() const {
  return impl_->fetcher.status();
}
const Policy& RemoteVerifier::policy() const {
  return impl_->verifier.policy();
}

}  // namespace drawbridge
