#include "doctor/token_origin.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/jose/key_selector.h"
#include "core/jose/signature.h"
#include "core/jose/strict_json.h"
#include "doctor/key_checks.h"
#include "doctor/names.h"

namespace drawbridge::doctor {
namespace {

const std::vector<std::string_view> faults_of_a_key{"jwks.kids", "jwks.private_members", "jwks.strength",
                                                    "jwks.algorithm"};

/// Who made it, as it says itself.
std::string maker_of(const OpenedToken& token) {
  const auto issuers = texts_of(token, "iss");
  return issuers.empty() ? "it has no `iss`"
                         : fmt::format("its `iss` is \"{}\"", display_text(issuers.front(), 128));
}

std::string made_elsewhere(const OpenedToken& token) {
  return fmt::format("this Better Auth did not make this token ({})", maker_of(token));
}

std::string algorithm_summary(const Visit& visit, std::string_view alg) {
  return fmt::format("it is signed with {}, but the backend accepts {}", display_text(alg),
                     names_of(visit.policy.algorithms));
}

constexpr std::string_view can_make_one = "anyone who can check such a token can also make one, for any user";

/// By HMAC, with a secret that all who check it share.
void judge_shared_secret(Report& report, const Visit& visit, const OpenedToken& token, std::string_view alg) {
  const bool is_cookie_cache = member(token.claims, "session") && member(token.claims, "user");
  const bool is_of_this_better_auth = !visit.token;  // which gave it to the session
  if (is_cookie_cache)
    return report.fault(
        "token.algorithm", algorithm_summary(visit, alg),
        "it is Better Auth's cookie cache (session_data), signed with its secret and meant only for itself",
        std::string{get_a_token});
  if (is_of_this_better_auth)
    return report.fault(
        "token.algorithm", algorithm_summary(visit, alg),
        fmt::format("Better Auth's option jwt.sign signs its tokens with a shared secret: {}", can_make_one),
        "remove jwt.sign and jwks.remoteUrl: Better Auth then signs with its own keys, whose public half the "
        "backend fetches");
  report.fault("token.algorithm", algorithm_summary(visit, alg),
               fmt::format("{}: none of its keys signs this way, but one of the page's routes with "
                           "BETTER_AUTH_SECRET could, or the API's own sign-up; {}",
                           made_elsewhere(token), can_make_one),
               fmt::format("{}; remove what signs with a secret, and let users sign up only with Better Auth",
                           get_a_token));
}

/// By an algorithm that no key of a set has: HMAC, or none.
void judge_foreign_algorithm(Report& report, const Visit& visit, const OpenedToken& token,
                             std::string_view alg) {
  if (alg.starts_with("HS")) return judge_shared_secret(report, visit, token, alg);
  report.fault("token.algorithm", algorithm_summary(visit, alg),
               fmt::format("{}: none of its keys signs this way", made_elsewhere(token)),
               fmt::format("{}; let users sign up only with Better Auth", get_a_token));
}

/// By one that the backend does not accept, though Drawbridge knows it.
void judge_other_algorithm(Report& report, const Visit& visit, const OpenedToken& token, Algorithm algorithm,
                           bool key_has_it) {
  const std::string_view alg = name_of(algorithm);
  report.fault(
      "token.algorithm", algorithm_summary(visit, alg),
      key_has_it
          ? "Better Auth signs with such a key: jwks.keyPairConfig specifies it, or did when the key was made"
          : made_elsewhere(token) +
                ", or the token was changed later: the key that it names uses another algorithm",
      key_has_it ? fmt::format("set DRAWBRIDGE_ALGORITHMS={} for the backend, or delete these keys from "
                               "`jwks` and remove keyPairConfig",
                               alg)
                 : std::string{get_a_token},
      faults_of_a_key);
}

/// The set that holds the key; asked for again, as a backend does, when the one at hand does not.
std::optional<KeySet> set_with(const Visit& visit, const SeenKeys& keys, std::string_view kid) {
  if (keys.set->has_kid(kid)) return keys.set;
  auto set = fetch_keys(visit);
  return set && set->has_kid(kid) ? std::move(set) : std::nullopt;
}

void judge_unknown_key(Report& report, const OpenedToken& token, std::string_view kid,
                       std::vector<std::string_view> explained_by) {
  if (kid.empty())
    return report.fault("token.key", "its header names no key (`kid`)",
                        made_elsewhere(token) + "; Better Auth always names the key",
                        std::string{get_a_token});
  report.fault("token.key",
               fmt::format("its key \"{}\" is not in the set, even after another fetch", display_text(kid)),
               made_elsewhere(token) +
                   ": another Better Auth or something else did; or its key has left the set since: it was "
                   "rotated out, or the table `jwks` was emptied",
               fmt::format("get a new token from this Better Auth's /token: {}. If the backend refuses that "
                           "one, too, compare BETTER_AUTH_URL and BETTER_AUTH_JWKS_URL with the front end's: "
                           "token and keys must come from the same Better Auth",
                           get_a_token),
               std::move(explained_by));
}

void judge_signature(Report& report, const Key& key, Algorithm algorithm, const OpenedToken& token) {
  if (verify_signature(key, algorithm, token.parts.signing_input, token.parts.signature))
    return report.ok("token.signature", "it matches the key");
  report.fault(
      "token.signature",
      fmt::format("the signature was not made with the key that the token names, and {}", maker_of(token)),
      signature_hint(), fmt::format("send the token exactly as Better Auth issued it; {}", get_a_token));
}

void judge_known_key(Report& report, const OpenedToken& token, const KeySet& set, std::string_view kid,
                     Algorithm algorithm) {
  const auto key = KeySelector::select(set, kid, algorithm);
  if (!key)
    return report.fault("token.key", fmt::format("its key \"{}\" cannot verify it", display_text(kid)),
                        KeySelector::why_unusable(set, kid, algorithm),
                        "delete that key's row from `jwks`: Better Auth makes a new key for the next token",
                        faults_of_a_key);
  report.ok("token.key", fmt::format("its key \"{}\" is in the set", display_text(kid)));
  judge_signature(report, **key, algorithm, token);
}

}  // namespace

std::vector<std::string> texts_of(const OpenedToken& token, std::string_view claim) {
  std::vector<std::string> texts;
  const auto value = member(token.claims, claim);
  if (!value) return texts;
  simdjson::dom::array list;
  if (const auto text = string_of(*value)) {
    texts.emplace_back(*text);
  } else if (value->get(list) == simdjson::SUCCESS) {
    for (const auto item : list)
      if (const auto one = string_of(item)) texts.emplace_back(*one);
  }
  return texts;
}

std::optional<std::string_view> judge_origin(Report& report, const Visit& visit, const OpenedToken& token,
                                             const SeenKeys& keys) {
  const auto alg = string_member(token.header, "alg").value_or("");
  const auto algorithm = algorithm_named(alg);
  if (!algorithm) {
    judge_foreign_algorithm(report, visit, token, alg);
    return "token.algorithm";
  }
  const bool accepted = accepts(visit.policy.algorithms, *algorithm);
  if (accepted) report.ok("token.algorithm", std::string{name_of(*algorithm)});
  if (!report.stands("jwks.not_empty")) {
    if (!accepted) report.leave("token.algorithm", report.why_without("jwks.not_empty"));
    return std::nullopt;
  }
  const auto kid = string_member(token.header, "kid").value_or("");
  const auto set = kid.empty() ? std::nullopt : set_with(visit, keys, kid);
  if (!set) {
    const bool nameless =
        !kid.empty() &&
        std::ranges::any_of(keys.set->descriptions(), [](const KeyDescription& key) { return !key.kid; });
    judge_unknown_key(
        report, token, kid,
        nameless ? std::vector<std::string_view>{"jwks.kids"} : std::vector<std::string_view>{});
    if (!accepted) report.leave("token.algorithm", report.why_without("token.key"));
    return "token.key";
  }
  if (!accepted) {
    const bool key_has_it = KeySelector::select(*set, kid, *algorithm).has_value();
    judge_other_algorithm(report, visit, token, *algorithm, key_has_it);
    return key_has_it ? std::nullopt : std::optional<std::string_view>{"token.algorithm"};
  }
  judge_known_key(report, token, *set, kid, *algorithm);
  return report.is_at_fault("token.signature") ? std::optional<std::string_view>{"token.signature"}
                                               : std::nullopt;
}

}  // namespace drawbridge::doctor
