#include "drawbridge/authenticator.h"

#include <algorithm>
#include <concepts>
#include <future>
#include <new>
#include <stdexcept>
#include <utility>

#include "core/counts/counter.h"
#include "core/credentials/cache_cookie.h"
#include "core/credentials/choice.h"
#include "core/credentials/cross_site.h"
#include "core/credentials/session_cookie.h"
#include "core/credentials/session_identity.h"
#include "core/errors/hints.h"
#include "core/text/filled.h"
#include "issuer/exchanger.h"
#include "issuer/session_judge.h"

namespace drawbridge {
namespace {

using Result = Authenticator::Result;
using fetch::ExchangedKind;
using fetch::Exchanger;
using fetch::SessionJudge;

/// An origin as a browser writes it: a scheme, a host in lower case, a port that is not the scheme's own, and
/// nothing after it.
bool is_origin(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || colon + 3 == text.size()) return false;
  const std::string_view rest = text.substr(colon + 3);
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && (c < 'A' || c > 'Z'); });
  return is_plain && rest.find_first_of("/\\?#*@") == std::string_view::npos &&
         !(text.starts_with("https://") && rest.ends_with(":443")) &&
         !(text.starts_with("http://") && rest.ends_with(":80"));
}

/// RFC 9110 §5.6.2
bool is_http_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [marks](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool reads_sessions(const CredentialSource& source) {
  return source.kinds.session && source.session_store != nullptr;
}

bool exchanges(const CredentialSource& source) {
  return source.kinds.key || (source.kinds.session && !reads_sessions(source));
}

/// Whose Identity has the plugin's own claims.
bool reads_records(const CredentialSource& source) {
  return reads_sessions(source) || (source.kinds.session && source.session_cache);
}

void check_store(const CredentialSource& source, const Policy& policy) {
  if (!reads_records(source)) return;
  if (reads_sessions(source) && source.session_cache)
    throw std::invalid_argument{
        "sessions are set to be read from storage and from the cookie that caches them: choose one"};
  if (reads_sessions(source) && source.secrets.empty())
    throw std::invalid_argument{
        "sessions are read from storage, which requires Better Auth's secret: without it anyone could have "
        "made-up sessions looked up"};
  if (const auto claim = claim_not_of_storage(policy.required_claims))
    throw std::invalid_argument{
        filled("the claim \"{}\" is required, but sessions read from storage or from the cookie cache do not "
               "have it: exchange sessions for tokens, or do not require it",
               display_text(*claim))};
}

CredentialSource checked(CredentialSource source, const Policy& policy) {
  if (!source.kinds.token && !source.kinds.session && !source.kinds.key)
    throw std::invalid_argument{"no kind of credential is accepted: no request could ever pass"};
  if (source.max_age < std::chrono::seconds{0})
    throw std::invalid_argument{"max_age is negative: give 0 seconds or more"};
  if (source.session_cookie && !is_http_token(*source.session_cookie))
    throw std::invalid_argument{"session_cookie is not a cookie name: give the name without = and value"};
  check_store(source, policy);
  if (exchanges(source)) {
    auto better_auth = BetterAuth::at(source.base_url);
    if (!better_auth) throw std::invalid_argument{"the URL of Better Auth, " + better_auth.error()};
    source.base_url = std::move(better_auth->base_url);
  }
  for (const std::string& origin : source.allowed_origins)
    if (!is_origin(origin))
      throw std::invalid_argument{
          filled("\"{}\" is not an origin: give only scheme, host and port, https://app.example.com",
                 display_text(origin))};
  return source;
}

std::string cookie_name_of(const CredentialSource& source, const Policy& policy) {
  if (source.session_cookie) return *source.session_cookie;
  std::string name;
  for (const std::string& issuer : policy.issuers) {
    std::string of_this = session_cookie_name(issuer);
    if (!name.empty() && name != of_this)
      throw std::invalid_argument{
          "there are http and https issuers, whose session cookies have different names: set session_cookie"};
    name = std::move(of_this);
  }
  return name;
}

/// Empty where no cache is taken.
std::string cache_name_of(const CredentialSource& source, std::string_view cookie_name) {
  if (!source.kinds.session || !source.session_cache) return {};
  auto name = cache_cookie_name(cookie_name);
  if (!name)
    throw std::invalid_argument{
        "session_cookie does not end in session_token, so the name of the cookie that caches the session "
        "cannot be derived from it: name Better Auth's cookies with advanced.cookiePrefix"};
  return *std::move(name);
}

AuthError malformed(ChoiceFault fault) {
  switch (fault) {
    case ChoiceFault::several_keys:
      return {ErrorCode::credential_malformed,
              "The request has several API keys.",
              "Send exactly one header x-api-key.",
              {}};
    case ChoiceFault::key_malformed:
      return {ErrorCode::credential_malformed,
              "The API key is malformed.",
              filled("A key has 1 to {} visible ASCII characters.", max_api_key_size),
              {}};
    case ChoiceFault::cache_malformed:
      return {ErrorCode::credential_malformed,
              "The cookie that caches the session is malformed.",
              "One of its chunks is missing, or there are too many: have Better Auth cache less of the user.",
              {}};
    case ChoiceFault::several_cookies:
      break;
  }
  return {ErrorCode::credential_malformed,
          "The request has several session cookies.",
          "Two cookies with that name reach this API, from different paths or domains: have Better Auth set "
          "only one (advanced.crossSubDomainCookies), and delete the other.",
          {}};
}

AuthError not_a_session_cookie() {
  return {
      ErrorCode::credential_malformed,
      "The session cookie is malformed.",
      "Its value is not what Better Auth sets: a token, a dot and a signature. Was it cut, or made by hand?",
      {}};
}

AuthError no_such_session() {
  return {ErrorCode::session_unknown,
          "The session does not exist or has ended.",
          "It was signed out, has expired, or belongs to a different Better Auth.",
          {}};
}

/// Of a cookie that the secrets here did not sign.
AuthError not_signed_here() {
  AuthError error = no_such_session();
  error.hint =
      "The cookie was not signed with the Better Auth secret given here: the secret is a different one, or "
      "the cookie is forged or from a different Better Auth.";
  return error;
}

AuthError no_such_key() {
  return {ErrorCode::api_key_unknown,
          "The API key is unknown, disabled or expired.",
          "It was deleted or disabled, has expired, or belongs to a different Better Auth.",
          {}};
}

AuthError foreign_sender(Sender sender) {
  const char* why = "Its Origin is not among the allowed ones (CredentialSource::allowed_origins).";
  if (sender == Sender::unknown)
    why =
        "It has neither an Origin nor Sec-Fetch-Site: same-origin. A program sends a token or a key, not a "
        "cookie.";
  if (sender == Sender::ambiguous) why = "It has several Origin or Sec-Fetch-Site headers.";
  return {ErrorCode::origin_not_allowed,
          "The page that sent this request may not use the session cookie here.",
          why,
          {}};
}

Identity sent_as(Identity identity, ExchangedKind kind) {
  return identity_of_exchange(std::move(identity),
                              kind == ExchangedKind::session ? CredentialKind::session : CredentialKind::key);
}

AuthError refusal_of(ExchangedKind kind, const Exchanger::Refused& refused) {
  switch (refused.outcome) {
    case ExchangeQueue::Outcome::unknown:
      if (refused.is_forged) return not_signed_here();
      return kind == ExchangedKind::session ? no_such_session() : no_such_key();
    case ExchangeQueue::Outcome::limited:
      return {ErrorCode::rate_limited, "The API key cannot be used right now.",
              "Better Auth's limit for this key is reached (apiKey({ rateLimit }), or its remaining uses).",
              refused.retry_after};
    case ExchangeQueue::Outcome::good:
    case ExchangeQueue::Outcome::unavailable:
      break;
  }
  return {ErrorCode::session_unavailable, "The credential cannot be checked at the moment.",
          refused.why.empty() ? "Better Auth did not answer in time, or its last answer was unusable."
                              : refused.why,
          refused.retry_after};
}

/// Takes no memory.
AuthError no_session_told() {
  return {ErrorCode::session_unavailable, {}, {}, std::chrono::seconds{1}};
}

Result result_of(SessionJudge::Result judged) {
  if (judged && *judged) return **std::move(judged);
  if (judged) return std::unexpected{no_such_session()};
  std::string why = judged.error().empty() ? "The session store cannot be read." : std::move(judged.error());
  return std::unexpected{AuthError{ErrorCode::session_unavailable,
                                   "The credential cannot be checked at the moment.", std::move(why),
                                   std::chrono::seconds{1}}};
}

/// A cache whose time is over, or that was made before something was revoked.
bool counts_no_more(ErrorCode code) {
  return code == ErrorCode::token_expired || code == ErrorCode::token_revoked;
}

/// What is said of a session by its cache, where its own cookie was not asked about. Takes no memory of its
/// own.
Result of_cached_session(Result judged, bool has_cookie) {
  if (judged) return judged;
  AuthError& error = judged.error();
  if (group_of(error.code) == ErrorGroup::unavailable) error.code = ErrorCode::session_unavailable;
  if (!counts_no_more(error.code)) return judged;
  // With a cookie only where it ended while it waited for a key: the next request asks.
  if (has_cookie) return std::unexpected{no_session_told()};
  error.code = ErrorCode::session_unknown;
  return judged;
}

}  // namespace

struct Authenticator::Impl {
  Impl(Policy policy, KeySource keys, CredentialSource source_)
      : source{checked(std::move(source_), policy)},
        cookie_name{cookie_name_of(source, policy)},
        cache_name{cache_name_of(source, cookie_name)},
        rules{keys},
        verifier{policy, std::move(keys)} {
    rules.on_event = nullptr;
    if (!source.secrets.empty()) secrets.emplace(std::exchange(source.secrets, {}));
    if (reads_sessions(source)) judge.emplace(source.session_store, std::move(policy), source.on_failure);
    if (exchanges(source))
      exchanger.emplace(fetch::ExchangeSource{.base_url = source.base_url,
                                              .cookie_name = cookie_name,
                                              .secrets = secrets ? &*secrets : nullptr,
                                              .rules = rules,
                                              .longest_memory = source.max_age,
                                              .on_failure = source.on_failure},
                        verifier);
  }

  AuthError nothing_sent() const {
    std::string hint = "Accepted:";
    if (source.kinds.token) hint += " `Authorization: Bearer <JWT>`,";
    if (source.kinds.key) hint += " `x-api-key`,";
    if (source.kinds.session) hint += filled(" the cookie {},", cookie_name);
    hint.back() = '.';
    return {ErrorCode::token_missing, "The request has no credential.", std::move(hint), {}};
  }

  template <std::invocable<Exchanger::Done> Ask>
  std::optional<Result> exchange(ExchangedKind kind, const std::function<void(Result)>& done,
                                 const Ask& ask) {
    auto answer = ask([kind, done](Exchanger::Result later) {
      if (later) return done(sent_as(*std::move(later), kind));
      AuthError refusal{ErrorCode::internal_error, {}, {}, {}};
      try {
        refusal = refusal_of(kind, later.error());
      } catch (const std::bad_alloc&) {
        refusal = {ErrorCode::session_unavailable, {}, {}, std::chrono::seconds{1}};  // which takes no memory
      }
      done(std::unexpected{std::move(refusal)});
    });
    if (!answer) return std::nullopt;
    if (*answer) return sent_as(**std::move(answer), kind);
    return std::unexpected{refusal_of(kind, answer->error())};
  }

  std::optional<Result> read_session(const std::string& token, const std::function<void(Result)>& done) {
    auto answer = judge->ask(token, [this, done](SessionJudge::Result later) {
      count(later);
      Result result = std::unexpected{no_session_told()};
      try {
        result = result_of(std::move(later));
      } catch (const std::bad_alloc&) {
        result = std::unexpected{no_session_told()};
      }
      done(std::move(result));
    });
    if (!answer) return std::nullopt;
    count(*answer);
    return result_of(*std::move(answer));
  }

  /// Of a session that was looked for in storage.
  void count(const SessionJudge::Result& judged) {
    (!judged ? sessions_not_judged : *judged ? good_sessions : unknown_sessions).add();
  }

  CredentialCounts session_counts() const {
    if (!judge) return exchanger ? exchanger->counts(ExchangedKind::session) : CredentialCounts{};
    return {.good = good_sessions.value(),
            .unknown = unknown_sessions.value(),
            .failed = sessions_not_judged.value()};
  }

  std::optional<Result> by_session(std::string_view value, const Credentials& credentials,
                                   const std::function<void(Result)>& done) {
    const auto cookie = read_session_cookie(value);
    if (!cookie) return std::unexpected{not_a_session_cookie()};
    if (judge) {
      if (!secrets->signed_it(*cookie)) return std::unexpected{not_signed_here()};
      return read_session(cookie->token, done);
    }
    return exchange(ExchangedKind::session, done, [&](const Exchanger::Done& later) {
      return exchanger->ask_session(*cookie, value, credentials.client_address, later);
    });
  }

  /// A cache that has ended leaves the word to the session's own cookie.
  std::optional<Result> by_cached_session(const SentCachedSession& sent, const Credentials& credentials,
                                          const std::function<void(Result)>& done) {
    std::optional<std::string> session_token;
    if (sent.cookie) {
      auto cookie = read_session_cookie(*sent.cookie);
      if (!cookie) return std::unexpected{not_a_session_cookie()};
      session_token = std::move(cookie->token);
    }
    auto answer = verifier.verify_cached_session_async(
        sent.jwt, session_token,
        [done, has_cookie = sent.cookie.has_value()](Result later) {
          done(of_cached_session(std::move(later), has_cookie));
        },
        credentials.client_address);
    if (!answer) return std::nullopt;
    if (!*answer && counts_no_more(answer->error().code) && sent.cookie)
      return by_session(*sent.cookie, credentials, done);
    return of_cached_session(*std::move(answer), sent.cookie.has_value());
  }

  std::optional<Result> authenticate_async(const Credentials& credentials,
                                           const std::function<void(Result)>& done) {
    const auto sent = chosen_credential(credentials, source.kinds, cookie_name, cache_name);
    if (counts_by_cookie(sent) && must_show_its_sender(credentials))
      if (const Sender sender = sender_of(credentials, source.allowed_origins); sender != Sender::allowed)
        return std::unexpected{foreign_sender(sender)};
    if (!sent) return std::unexpected{malformed(sent.error())};
    if (const auto* session = std::get_if<SentSession>(&*sent))
      return by_session(session->cookie, credentials, done);
    if (const auto* cached = std::get_if<SentCachedSession>(&*sent))
      return by_cached_session(*cached, credentials, done);
    if (const auto* key = std::get_if<SentKey>(&*sent))
      return exchange(ExchangedKind::key, done, [&](const Exchanger::Done& later) {
        return exchanger->ask_key(key->key, credentials.client_address, later);
      });
    if (std::holds_alternative<NothingSent>(*sent)) return std::unexpected{nothing_sent()};
    const auto token = bearer_token(credentials.authorization);
    if (!token) return std::unexpected{token.error()};
    return verifier.verify_async(*token, done, credentials.client_address);
  }

  CredentialSource source;
  std::string cookie_name;
  std::string cache_name;
  KeySource rules;
  std::optional<SecretKeyring> secrets;
  Counter good_sessions;
  Counter unknown_sessions;
  Counter sessions_not_judged;
  RemoteVerifier verifier;
  std::optional<SessionJudge> judge;
  std::optional<Exchanger> exchanger;  // last: it uses the verifier
};

Authenticator::Authenticator(Policy policy, KeySource keys, CredentialSource credentials)
    : impl_{std::make_unique<Impl>(std::move(policy), std::move(keys), std::move(credentials))} {}

Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;
Authenticator& Authenticator::operator=(Authenticator&&) noexcept = default;

std::optional<Result> Authenticator::authenticate_async(const Credentials& credentials,
                                                        const std::function<void(Result)>& done) {
  return impl_->authenticate_async(credentials, done);
}

Result Authenticator::authenticate(const Credentials& credentials) {
  const auto promise = std::make_shared<std::promise<Result>>();
  auto later = promise->get_future();
  auto answer = impl_->authenticate_async(
      credentials, [promise](Result result) { promise->set_value(std::move(result)); });
  return answer ? *std::move(answer) : later.get();
}

CredentialCounts Authenticator::session_counts() const {
  return impl_->session_counts();
}
CredentialCounts Authenticator::key_counts() const {
  return impl_->exchanger ? impl_->exchanger->counts(ExchangedKind::key) : CredentialCounts{};
}

RemoteVerifier& Authenticator::verifier() {
  return impl_->verifier;
}

}  // namespace drawbridge
