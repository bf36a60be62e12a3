#include "doctor/catalogue.h"

namespace drawbridge::doctor {

namespace {

using Kinds = std::vector<CheckKind>;

Kinds of_keys_and_tables() {
  return {
      {"config.variables", "No environment variable has a name that nothing reads", {}},
      {"config.effect", "Every setting has an effect with the others as they are", {}},

      {"jwks.reachable",
       "Something answers where the key set is asked for, over TLS that can be trusted",
       {}},
      {"jwks.status",
       "The answer is 200: the path is right, and fetches are not limited",
       {"jwks.reachable"}},
      {"jwks.document", "The answer is a JSON Web Key Set", {"jwks.status"}},
      {"jwks.not_empty", "The set lists a key", {"jwks.document"}},
      {"jwks.count", "The set lists no more than 50 keys", {"jwks.not_empty"}},
      {"jwks.kids", "Each key has a `kid` of its own", {"jwks.not_empty"}},
      {"jwks.private_members", "No key shows its private members", {"jwks.not_empty"}},
      {"jwks.strength", "No key is weak, broken or off its curve", {"jwks.not_empty"}},
      {"jwks.algorithm", "A key signs with an algorithm that the backend accepts", {"jwks.not_empty"}},
      {"clock.issuer", "Better Auth's clock and this one agree", {"jwks.reachable"}},

      {"database.reachable", "The database can be read", {}},
      {"database.file", "No other user of the machine can read the database's file", {"database.reachable"}},
      {"database.better_auth", "Better Auth's tables are there, under its own names", {"database.reachable"}},
      {"tables.jwks", "The table `jwks` is there with its columns", {"database.better_auth"}},
      {"tables.session_token", "`session` has the column `token`", {"database.better_auth"}},
      {"tables.ids",
       "Better Auth's tables have ids of one type, all made by the database or none",
       {"database.better_auth"}},
      {"tables.user_uuid",
       "`user` has a column `uuid` of the right type, or UUIDs as ids",
       {"database.better_auth"}},
      {"tables.user_uuid_values", "Every user has a UUID, each another", {"tables.user_uuid"}},
      {"tables.user_uuid_required", "`user.uuid` is never null", {"tables.user_uuid_values"}},
      {"tables.user_uuid_unique", "`user.uuid` is unique", {"tables.user_uuid_values"}},
      {"tables.user_uuid_default",
       "The database makes a `uuid` for a row that comes without",
       {"tables.user_uuid_required"}},
      {"tables.foreign_keys",
       "Tables of the backend refer to the column of `user` that tokens name",
       {"database.better_auth"}},
      {"tables.revocations",
       "The table of revocations is there, where it is wanted",
       {"database.better_auth"}},
      {"tables.migrations", "The tables of the tasks API are those of this program", {"tables.user_uuid"}},

  };
}

Kinds of_sessions_and_tokens() {
  return {
      {"credentials.cookie_name", "The session cookie has the name that the backend looks for", {}},
      {"credentials.cookie_reach", "The browser sends the session cookie to the API", {}},
      {"credentials.page_origin", "The page may send the session cookie with what changes something", {}},
      {"credentials.api_keys", "Better Auth reads API keys, where they are taken", {}},
      {"credentials.issuer_storage", "Better Auth keeps sessions and keys in a storage", {}},
      {"credentials.secret", "The secret is set where sessions are read from storage", {}},
      {"credentials.storage", "The storage of sessions can be read, where the backend reads it", {}},

      {"revocations.feed", "The backend learns what Better Auth has revoked", {"jwks.document"}},

      {"issuer.session", "Better Auth knows the session of the cookie", {"jwks.reachable"}},
      {"issuer.signs", "Better Auth can sign a token, with keys that its secret opens", {"issuer.session"}},
      {"credentials.cookie_secret",
       "The secret is the one that signed the session cookie",
       {"issuer.session", "credentials.secret"}},
      {"credentials.stored_session",
       "The session is found where the backend looks for it",
       {"issuer.session", "credentials.storage"}},
      {"issuer.own_fields", "`/update-user` refuses `uuid` and `role`", {"issuer.session"}},
      {"issuer.bearer",
       "A session token without Better Auth's signature signs nobody in",
       {"issuer.session"}},

      {"token.form", "The token is a JWT, not a session token, a cookie or an encrypted one", {}},
      {"token.size", "It is no larger than the backend reads", {"token.form"}},
      {"token.kind",
       "It is a token for backends, not a cookie cache, an ID token or a logout token",
       {"token.form"}},
      {"token.algorithm", "It is signed with an algorithm that the backend accepts", {"token.form"}},
      {"token.key", "Its key is in the set and can be used", {"token.algorithm", "jwks.not_empty"}},
      {"token.signature", "Its signature is that key's", {"token.key"}},
      {"token.times", "It has begun and not ended", {"token.form"}},
      {"token.issuer", "`iss` is what the backend expects", {"token.form"}},
      {"token.audience", "`aud` is what the backend expects", {"token.form"}},
      {"token.uuid", "It says who the user is: `uuid` and `sub`", {"token.form"}},
      {"token.fresh",
       "It says when its user was read, where revocations count by that",
       {"token.form", "revocations.feed"}},
      {"token.payload", "It carries no more of the user than the backend needs", {"token.form"}},
      {"user.known",
       "The token's user is in the database",
       {"token.uuid", "token.signature", "database.better_auth"}},

  };
}

Kinds of_the_api() {
  return {
      {"api.reachable", "The API answers", {}},
      {"api.ready", "The API has keys and its database", {"api.reachable"}},
      {"clock.api", "The API's clock and this one agree", {"api.reachable", "clock.issuer"}},
      {"api.requires_token", "Without a token the API answers 401", {"api.ready"}},
      {"api.own_path",
       "The API lets the user reach their own path",
       {"api.ready", "api.requires_token", "token.signature", "token.times", "token.issuer", "token.audience",
        "token.uuid", "token.kind", "token.size"}},
      {"api.tampered_token", "The API refuses the token when its payload was changed", {"api.own_path"}},
      {"api.foreign_path", "The API refuses another user's path", {"api.own_path"}},
      {"api.session",
       "The API lets the user of the session cookie reach their own path",
       {"api.ready", "api.requires_token", "issuer.signs"}},
      {"api.quiet_errors", "The API's refusals show neither code, nor SQL, nor the token", {"api.reachable"}},
      {"cors.preflight", "The browser may ask for what the page sends", {"api.reachable"}},
      {"cors.errors", "Refusals can be read by the page as well", {"cors.preflight"}},
      {"cors.exposed_headers", "The page can read Retry-After and WWW-Authenticate", {"cors.errors"}},
      {"cors.credentials", "The page can send the session cookie and read the answer", {"cors.errors"}},
      {"cors.foreign_origin", "Pages of another origin are not let in", {"api.reachable"}},

  };
}

Kinds of_production() {
  return {
      {"production.https", "Better Auth, the API and the page are reached over https", {}},
      {"production.origins", "Allowed origins are exact and none is of this machine", {}},
      {"production.token_lifetime", "Tokens live no longer than an hour", {"token.kind"}},
      {"production.audience", "The audience is this backend's own", {}},
      {"production.rotation", "Better Auth replaces its signing key from time to time", {"tables.jwks"}},
      {"production.secret", "Better Auth's secret is neither its default nor short", {}},
      {"production.cookies",
       "The session cookie is sent over https alone",
       {"jwks.reachable", "production.https"}},
      {"production.key_fetch", "A backend that fetches keys is not limited", {"jwks.document"}},
      {"production.session_exchange", "A backend that asks about sessions is not limited", {"jwks.document"}},
      {"production.key_exchange", "A backend that asks about API keys is not limited", {"jwks.document"}},
      {"production.revocations", "Whether others can ask what was revoked", {"revocations.feed"}},
      {"production.sign_in", "Passwords cannot be guessed without limit", {"jwks.document"}},
      {"production.page_scripts", "The page says which scripts may run in it", {}},
      {"production.page_hsts", "Browsers are held to https for the page", {"production.https"}},
      {"production.algorithms", "One algorithm is accepted, not a choice of them", {}},
      {"production.log", "The log does not tell more than it must", {}},
      {"production.docs", "The API shows its documentation to nobody", {"api.reachable"}},
      {"production.database", "The database is fit for more than one process", {"database.reachable"}},
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
