#include "drawbridge/remote_verifier.h"

#include <future>
#include <stdexcept>

#include <fmt/format.h>
#include <sodium.h>

#include "core/credentials/cached_session.h"
#include "core/jose/verification.h"
#include "core/keys/verified_subjects.h"
#include "core/keys/verified_tokens.h"
#include "issuer/address_share.h"
#include "issuer/key_fetcher.h"

namespace drawbridge {
namespace {

using Result = RemoteVerifier::Result;

TokenTime token_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

BetterAuth better_auth_at(std::string_view url) {
  auto addresses = BetterAuth::at(url);
  if (!addresses) throw std::invalid_argument{"the URL of Better Auth, " + addresses.error()};
  return *std::move(addresses);
}

DigestSecret new_secret() {
  DigestSecret secret{};
  randombytes_buf(secret.data(), secret.size());
  return secret;
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
        fetcher{std::move(source)} {}

  /// A remembered verdict or a verification against the keys that serve now.
  std::expected<Identity, Refusal> check(std::string_view token) {
    const TokenTime now = token_now();
    const KeySet& keys = fetcher.serving();
    if (token.size() <= verifier.policy().max_token_size)
      if (auto identity = tokens.find(token, keys, now)) return *std::move(identity);
    return remembered(token, verify_token(token, verifier.policy(), keys, now), now);
  }

  std::expected<Identity, Refusal> check(const CachedSession& sent) {
    const TokenTime now = token_now();
    const KeySet& keys = fetcher.serving();
    if (sent.jwt().size() <= verifier.policy().max_token_size)
      if (auto identity = tokens.find(sent.text(), keys, now, TokenType::session_cache))
        return *std::move(identity);
    return remembered(sent.text(),
                      verify_cached_session(sent.jwt(), sent.session_token(), verifier.policy(), keys, now),
                      now);
  }

  std::expected<Identity, Refusal> remembered(std::string_view text, std::expected<Verdict, Refusal> verdict,
                                              TokenTime now) {
    if (!verdict) return std::unexpected{std::move(verdict).error()};
    tokens.remember(text, *verdict, now);
    subjects.remember(keyed_digest(verdict->identity.subject(), secret));
    return std::move(verdict)->identity;
  }

  Asker asker(const Refusal& refusal, std::string_view client_address) const {
    const std::uint64_t subject = keyed_digest(refusal.unverified_subject, secret);
    return {
        .address = client_address.empty() ? 0 : keyed_digest(fetch::address_share(client_address), secret),
        .subject = subject,
        .subject_was_verified = subjects.contains(subject)};
  }

  Result unavailable(std::chrono::seconds retry_after) const {
    const std::string failure = fetcher.status().last_failure;
    return std::unexpected{
        AuthError{ErrorCode::keys_unavailable,
                  "The issuer's keys cannot be had at the moment; the token was not judged.",
                  failure.empty() ? "The key set is being fetched." : failure, retry_after}};
  }

  /// The answer for what waited for its kid.
  Result after_waiting(const auto& sent, const AuthError& not_held, const KeyCache::Resolved& resolved) {
    if (resolved.outcome == KeyCache::Outcome::unavailable) return unavailable(resolved.retry_after);
    if (resolved.outcome == KeyCache::Outcome::absent) return std::unexpected{not_held};
    auto identity = check(sent);
    if (identity) return *std::move(identity);
    if (identity.error().missing_kid) return unavailable(std::chrono::seconds{1});
    return std::unexpected{std::move(identity).error().error};
  }

  /// `Kept` is what is kept of `sent` for as long as it waits.
  template <typename Kept>
  std::optional<Result> verify_async(const auto& sent, const std::function<void(Result)>& done,
                                     std::string_view client_address) {
    // The kid may come to be held between the look and the question; then one more look finds it.
    for (int look = 0; look < 2; ++look) {
      auto identity = check(sent);
      if (identity) return *std::move(identity);
      Refusal& refusal = identity.error();
      if (!refusal.missing_kid) return std::unexpected{std::move(refusal.error)};
      const auto answer = fetcher.ask(
          *refusal.missing_kid, asker(refusal, client_address),
          [this, kept = Kept{sent}, not_held = refusal.error, done](const KeyCache::Resolved& resolved) {
            done(after_waiting(kept, not_held, resolved));
          });
      if (std::holds_alternative<KeyCache::Waiting>(answer)) return std::nullopt;
      if (std::holds_alternative<KeyCache::Absent>(answer)) return std::unexpected{std::move(refusal.error)};
      if (const auto* not_now = std::get_if<KeyCache::Unavailable>(&answer))
        return unavailable(not_now->retry_after);
    }
    return unavailable(std::chrono::seconds{1});
  }

  Verifier verifier;
  VerifiedTokens tokens;
  VerifiedSubjects subjects;
  const DigestSecret secret = new_secret();
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
  auto known = impl_->check(token);
  if (known) return *std::move(known);
  if (!known.error().missing_kid) return std::unexpected{std::move(known).error().error};
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
KeyStatus RemoteVerifier::key_status() const {
  return impl_->fetcher.status();
}
const Policy& RemoteVerifier::policy() const {
  return impl_->verifier.policy();
}

}  // namespace drawbridge
