#include "doctor/catalogue.h"

namespace drawbridge::doctor {

namespace {

using Kinds = std::vector<CheckKind>;

Kinds of_keys_and_tables() {
  return {
      {"config.variables", "No environment variable has a misspelled or unknown name", {}},
      {"config.effect", "Every setting has an effect, given the others", {}},

      {"jwks.reachable",
       "A server answers at the key set's address, and over https its certificate is trusted",
       {}},
      {"jwks.status",
       "The status is 200: the path is right, and fetches are not rate-limited",
       {"jwks.reachable"}},
      {"jwks.document", "The response is a JSON Web Key Set", {"jwks.status"}},
      {"jwks.not_empty", "The set contains at least one key", {"jwks.document"}},
      {"jwks.count", "The set contains at most 50 keys", {"jwks.not_empty"}},
      {"jwks.kids", "Each key has its own `kid`", {"jwks.not_empty"}},
      {"jwks.private_members", "No key exposes its private members", {"jwks.not_empty"}},
      {"jwks.strength", "No key is weak, broken or off its curve", {"jwks.not_empty"}},
      {"jwks.algorithm", "At least one key uses an algorithm that the backend accepts", {"jwks.not_empty"}},
      {"clock.issuer", "Better Auth's clock and this machine's agree", {"jwks.reachable"}},

      {"database.reachable", "The database can be read", {}},
      {"database.file", "No other user of the machine can read the database file", {"database.reachable"}},
      {"database.better_auth", "Better Auth's tables exist", {"database.reachable"}},
      {"tables.jwks", "The table `jwks` exists and has all its columns", {"database.better_auth"}},
      {"tables.session_token", "`session` has the column `token`", {"database.better_auth"}},
      {"tables.ids",
       "Better Auth's tables use one type of id, and either the database or Better Auth generates all ids",
       {"database.better_auth"}},
      {"tables.user_uuid",
       "`user` has a column `uuid` of the right type, or its ids are UUIDs",
       {"database.better_auth"}},
      {"tables.user_uuid_values", "Every user has a valid UUID that no other user has", {"tables.user_uuid"}},
      {"tables.user_uuid_required", "`user.uuid` is never null", {"tables.user_uuid_values"}},
      {"tables.user_uuid_unique", "`user.uuid` is unique", {"tables.user_uuid_values"}},
      {"tables.user_uuid_default",
       "The database generates a `uuid` for a row inserted without one",
       {"tables.user_uuid_required"}},
      {"tables.foreign_keys",
       "The backend's tables reference the column of `user` whose value is in the tokens",
       {"database.better_auth"}},
      {"tables.revocations", "The table of revocations exists if it is needed", {"database.better_auth"}},
      {"tables.migrations",
       "The tables of the tasks API have the version that this program expects",
       {"tables.user_uuid"}},

  };
}

Kinds of_sessions_and_tokens() {
  return {
      {"credentials.cookie_name", "The session cookie has the name that the backend looks for", {}},
      {"credentials.cookie_reach", "The browser sends the session cookie to the API", {}},
      {"credentials.page_origin", "The page may send changes with the session cookie", {}},
      {"credentials.api_keys", "Better Auth recognizes API keys, if the backend accepts them", {}},
      {"credentials.issuer_storage", "Better Auth stores sessions and keys in a database", {}},
      {"credentials.secret", "The secret is set if the backend reads sessions from storage", {}},
      {"credentials.storage", "The session storage can be read, if the backend reads it", {}},

      {"revocations.feed", "The backend receives Better Auth's revocations", {"jwks.document"}},

      {"issuer.session", "Better Auth recognizes the session cookie", {"jwks.reachable"}},
      {"issuer.signs",
       "Better Auth can sign a token, because its secret decrypts the signing key",
       {"issuer.session"}},
      {"credentials.cookie_secret",
       "The secret is the one that signed the session cookie",
       {"issuer.session", "credentials.secret"}},
      {"credentials.stored_session",
       "The session is where the backend looks for it",
       {"issuer.session", "credentials.storage"}},
      {"issuer.own_fields", "`/update-user` refuses `uuid` and `role`", {"issuer.session"}},
      {"issuer.bearer",
       "A session token without Better Auth's signature does not sign anyone in",
       {"issuer.session"}},

      {"token.form", "The token is a JWT, not a session token, a cookie or an encrypted token", {}},
      {"token.size", "The token is not too large for the backend", {"token.form"}},
      {"token.kind",
       "The token is meant for backends: it is not a cookie cache, an ID token or a logout token",
       {"token.form"}},
      {"token.algorithm", "The token is signed with an algorithm that the backend accepts", {"token.form"}},
      {"token.key", "The token's key is in the set and can be used", {"token.algorithm", "jwks.not_empty"}},
      {"token.signature", "The token's signature was made with that key", {"token.key"}},
      {"token.times", "The token is already valid and has not expired", {"token.form"}},
      {"token.issuer", "`iss` is what the backend expects", {"token.form"}},
      {"token.audience", "`aud` is what the backend expects", {"token.form"}},
      {"token.uuid", "The token identifies the user, with `uuid` and `sub`", {"token.form"}},
      {"token.fresh",
       "The token states when its user was read, if revocations depend on that",
       {"token.form", "revocations.feed"}},
      {"token.payload", "The token contains no more user data than the backend needs", {"token.form"}},
      {"user.known",
       "The token's user is in the database",
       {"token.uuid", "token.signature", "database.better_auth"}},

  };
}

Kinds of_the_api() {
  return {
      {"api.reachable", "The API answers", {}},
      {"api.ready", "The API has keys and can use its database", {"api.reachable"}},
      {"clock.api", "The API's clock and this machine's agree", {"api.reachable", "clock.issuer"}},
      {"api.requires_token", "Without a token the API returns 401", {"api.ready"}},
      {"api.own_path",
       "The API lets the user reach their own path",
       {"api.ready", "api.requires_token", "token.signature", "token.times", "token.issuer", "token.audience",
        "token.uuid", "token.kind", "token.size"}},
      {"api.tampered_token", "The API refuses the token if its payload was changed", {"api.own_path"}},
      {"api.foreign_path", "The API refuses another user's path", {"api.own_path"}},
      {"api.session",
       "The API lets the user of the session cookie reach their own path",
       {"api.ready", "api.requires_token", "issuer.signs"}},
      {"api.quiet_errors", "The API's error responses reveal no code, SQL or token", {"api.reachable"}},
      {"cors.preflight", "The preflight allows what the page sends", {"api.reachable"}},
      {"cors.errors", "The page can read error responses, too", {"cors.preflight"}},
      {"cors.exposed_headers", "The page can read Retry-After and WWW-Authenticate", {"cors.errors"}},
      {"cors.credentials", "The page can send the session cookie and read the response", {"cors.errors"}},
      {"cors.foreign_origin", "The API does not allow pages from other origins", {"api.reachable"}},

  };
}

Kinds of_production() {
  return {
      {"production.https", "Better Auth, the API and the page use https", {}},
      {"production.origins", "Allowed origins are exact, and none is on this machine", {}},
      {"production.token_lifetime", "Tokens are valid for at most one hour", {"token.kind"}},
      {"production.audience", "The audience is specific to this backend", {}},
      {"production.rotation", "Better Auth rotates its signing key", {"tables.jwks"}},
      {"production.secret", "Better Auth's secret is neither the default nor too short", {}},
      {"production.cookies",
       "The session cookie is sent only over https",
       {"jwks.reachable", "production.https"}},
      {"production.key_fetch", "A backend that fetches keys is not rate-limited", {"jwks.document"}},
      {"production.session_exchange",
       "A backend that asks about sessions is not rate-limited",
       {"jwks.document"}},
      {"production.key_exchange",
       "A backend that asks about API keys is not rate-limited",
       {"jwks.document"}},
      {"production.revocations", "Whether others can read the revocations", {"revocations.feed"}},
      {"production.sign_in", "Passwords cannot be guessed without limit", {"jwks.document"}},
      {"production.page_scripts", "The page restricts which scripts can run in it", {}},
      {"production.page_hsts", "Browsers must use https for the page", {"production.https"}},
      {"production.algorithms", "The backend accepts only one algorithm", {}},
      {"production.log", "The log reveals no more than necessary", {}},
      {"production.docs", "The API does not publish its documentation", {"api.reachable"}},
      {"production.database", "The database is suitable for more than one process", {"database.reachable"}},
  };
}

Kinds joined(const std::vector<Kinds>& groups) {
  Kinds all;
  for (const Kinds& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace

std::span<const CheckKind> all_checks() {
  static const Kinds kinds =
      joined({of_keys_and_tables(), of_sessions_and_tokens(), of_the_api(), of_production()});
  return kinds;
}

}  // namespace drawbridge::doctor
