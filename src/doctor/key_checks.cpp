#include "doctor/key_checks.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/jose/key_selector.h"
#include "core/jose/strict_json.h"
#include "core/jose/unverified_token.h"
#include "doctor/clock.h"
#include "doctor/names.h"
#include "doctor/sections.h"
#include "issuer/http_call.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr std::size_t many_keys = 50;
constexpr std::size_t max_shown_url = 128;

constexpr std::string_view see_log = "check Better Auth's log for that request";

std::expected<HttpAnswer, std::string> ask_for_keys(const Visit& visit) {
  return visit.call({.url = visit.jwks_url, .headers = {{"Accept", "application/json"}}});
}

std::string_view without_port(std::string_view origin) {
  const auto colon = origin.rfind(':');
  return origin.substr(0, colon > origin.find("://") ? colon : origin.size());
}

/// Only for another port of the same host: nobody has vouched for what the token says.
std::optional<std::string> issuer_at_other_port(const Visit& visit) {
  if (!visit.token || visit.jwks_url != visit.better_auth_url + "/jwks") return std::nullopt;
  const auto parts = split_token(*visit.token);
  if (!parts) return std::nullopt;
  simdjson::dom::parser parser;
  const auto claims = parse_strict_object(parser, parts->unverified_payload);
  const auto issuer = claims ? string_member(*claims, "iss") : std::nullopt;
  if (!issuer) return std::nullopt;
  const auto there = BetterAuth::at(std::string{*issuer});
  const std::string here = BetterAuth::at(visit.better_auth_url)->issuer;
  if (!there || there->issuer != *issuer || there->issuer == here ||
      without_port(there->issuer) != without_port(here))
    return std::nullopt;
  const auto answer = visit.call({.url = there->jwks_url});
  if (!answer || answer->status != 200 || !KeySet::parse(answer->body)) return std::nullopt;
  return there->issuer;
}

/// One wrong address makes all: keys that are not there, and tokens of another `iss` and `aud`.
void judge_other_port(Report& report, std::string_view id, std::string summary, const std::string& issuer) {
  const std::string shown = display_text(issuer, max_shown_url);
  report.fault(
      id, std::move(summary),
      fmt::format("BETTER_AUTH_URL has the wrong port: the token is from {}, where the keys are", shown),
      fmt::format("set BETTER_AUTH_URL={}; issuer, audience and the address of the keys follow from it",
                  shown));
}

struct Advice {
  std::string cause;
  std::string remedy;
};

// --- no key set ------------------------------------------------------------------------------------

void judge_unreachable(Report& report, const Visit& visit, const std::string& error) {
  const bool on_this_machine = visit.jwks_url.find("//localhost") != std::string::npos ||
                               visit.jwks_url.find("//127.0.0.1") != std::string::npos;
  report.fault(
      "jwks.reachable", error,
      on_this_machine ? "Better Auth is not running there; in a container, localhost is the container itself"
                      : "the address, the network path to it or its certificate is wrong",
      on_this_machine ? "start the front end with Better Auth, or set BETTER_AUTH_URL (between containers "
                        "also BETTER_AUTH_JWKS_URL, with DRAWBRIDGE_ALLOW_HTTP_HOSTS) to its address"
                      : "set BETTER_AUTH_URL to Better Auth's baseURL, and check that this machine can reach "
                        "it: curl -i " +
                            display_text(visit.jwks_url, max_shown_url));
}

/// Its endpoint refuses, which names a type of content, where there is no endpoint nothing does.
bool switches_its_keys_off(const Visit& visit) {
  const auto type_at = [&](std::string_view path) {
    const auto answer = visit.call({.url = fmt::format("{}{}", visit.better_auth_url, path)});
    return answer && answer->status == 404 ? std::string{answer->header("Content-Type")} : std::string{};
  };
  return type_at("/jwks").starts_with("application/json") && type_at("/jwks-of-nobody").empty();
}

/// Better Auth has `/ok` always, and `/token` where it has a JWT plugin.
Advice advice_for_not_found(const Visit& visit) {
  const auto status = [&](const std::string& url) {
    const auto answer = visit.call({.url = url});
    return answer ? answer->status : 0;
  };
  const std::string& base = visit.better_auth_url;
  const std::string shown = display_text(base, max_shown_url);
  if (status(base + "/ok") != 200) {
    const std::string origin = BetterAuth::at(base)->issuer;
    if (base != origin + "/api/auth" && status(origin + "/api/auth/ok") == 200)
      return {fmt::format("Better Auth is not at {}: it answers at {}/api/auth", shown, origin),
              fmt::format("set BETTER_AUTH_URL={}", origin)};
    return {
        fmt::format("Better Auth is not at {}: its basePath is different, or another program answers there",
                    shown),
        "set BETTER_AUTH_URL to Better Auth's baseURL and basePath together, for example "
        "http://localhost:3000/auth"};
  }
  if (visit.jwks_url != base + "/jwks" && status(base + "/jwks") == 200)
    return {fmt::format("Better Auth's keys are at {}/jwks, but BETTER_AUTH_JWKS_URL is a different address",
                        shown),
            "remove BETTER_AUTH_JWKS_URL"};
  if (status(base + "/token") == 404)
    return {fmt::format("the Better Auth at {} has no JWT plugin, so it has neither keys nor tokens", shown),
            "add drawbridge() from @drawbridge/better-auth to its `plugins`, create its tables with Better "
            "Auth's migration, and restart it"};
  if (visit.jwks_url == base + "/jwks" && switches_its_keys_off(visit))
    return {
        "Better Auth's option jwks.remoteUrl moves its keys elsewhere, such as to a key service (KMS), and "
        "turns this address off",
        "set BETTER_AUTH_JWKS_URL to the value of jwks.remoteUrl; or remove remoteUrl and jwt.sign there, so "
        "that Better Auth has its own keys"};
  return {
      "Better Auth's JWT plugin serves its keys under another path (its option jwks.jwksPath)",
      fmt::format("set BETTER_AUTH_JWKS_URL={} followed by that jwksPath, or remove jwksPath there", shown)};
}

Advice advice_for_redirect(const HttpAnswer& answer) {
  const std::string_view target = answer.header("Location");
  const bool to_sign_in =
      std::ranges::any_of(std::array{"sign-in", "signin", "login"},
                          [&](const char* word) { return target.find(word) != std::string_view::npos; });
  if (to_sign_in)
    return {"a middleware of the front end redirects every request without a session to the sign-in page",
            "exempt /api/auth from it; in Next.js, with the middleware's `matcher` (proxy.ts)"};
  return {
      "the address redirects, and the backend does not follow redirects when it fetches keys",
      fmt::format("set BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL so that the backend fetches the keys from {}",
                  target.empty() ? "the final address" : display_text(target, max_shown_url))};
}

Advice advice_for(const Visit& visit, const HttpAnswer& answer) {
  if (answer.status == 404) return advice_for_not_found(visit);
  if (answer.status >= 300 && answer.status < 400) return advice_for_redirect(answer);
  if (answer.status == 429)
    return {"Better Auth rate-limits fetches of its keys by address, and backends share few addresses",
            "set rateLimit.customRules[\"/jwks\"] = false in Better Auth; drawbridge() does this unless one "
            "of your rules names that path"};
  if (answer.status == 401 || answer.status == 403)
    return {"something in front of Better Auth requires authentication, but the keys are public",
            "exempt the path of the key set from that proxy, firewall or middleware"};
  if (answer.status >= 500)
    return {"Better Auth failed: most often it cannot reach its database, or a table is missing",
            fmt::format("{}; give doctor --database-url so that it can check the tables", see_log)};
  return {"Better Auth itself does not return this status for its keys", std::string{see_log}};
}

bool judge_status(Report& report, const Visit& visit, const HttpAnswer& answer) {
  if (answer.status == 200) {
    report.ok("jwks.status", "it returns 200");
    return true;
  }
  std::string summary =
      fmt::format("{} returns {}", display_text(visit.jwks_url, max_shown_url), answer.status);
  if (const auto target = answer.header("Location"); !target.empty())
    summary += " and redirects to " + display_text(target, max_shown_url);
  Advice advice = advice_for(visit, answer);
  std::vector<std::string_view> explained_by;
  if (answer.status >= 500)
    explained_by = {"database.reachable", "database.better_auth", "tables.jwks", "tables.session_token"};
  report.fault("jwks.status", std::move(summary), std::move(advice.cause), std::move(advice.remedy),
               std::move(explained_by));
  return false;
}

std::optional<KeySet> judge_document(Report& report, const Visit& visit, const HttpAnswer& answer) {
  auto set = KeySet::parse(answer.body);
  if (set) {
    report.ok("jwks.document", "it is a key set");
    return *std::move(set);
  }
  const std::size_t first = answer.body.find_first_not_of(" \t\r\n");
  const bool page = first != std::string::npos && answer.body[first] == '<';
  report.fault(
      "jwks.document",
      fmt::format("{} returns {}: {}", display_text(visit.jwks_url, max_shown_url),
                  page ? "a web page" : "something other than a key set", set.error()),
      page ? "the address belongs to a page: the front end's, which shows one for every path, or a proxy's"
           : "the address is not that of Better Auth's key set",
      "set BETTER_AUTH_URL to Better Auth's baseURL, and remove BETTER_AUTH_JWKS_URL unless the keys are "
      "elsewhere");
  return std::nullopt;
}

// --- the keys of a set -----------------------------------------------------------------------------

/// Why a key verifies nothing, as far as it matters what to do about it.
enum class KeyFault { none, no_kid, published, unsound, for_something_else };

KeyFault fault_of(const KeyDescription& key) {
  if (key.usable()) return KeyFault::none;
  const std::string_view reason = key.reason;
  const auto begins = [&](const char* words) { return reason.starts_with(words); };
  if (begins("contains private members")) return KeyFault::published;
  if (begins("has no kid") || begins("has a kid longer")) return KeyFault::no_kid;
  constexpr std::array others{"is not for ", "has key_ops", "has an alg that Drawbridge does not verify",
                              "has a kty other", "has a crv other"};
  return std::ranges::any_of(others, begins) ? KeyFault::for_something_else : KeyFault::unsound;
}

std::string name_of_key(const KeyDescription& key) {
  return key.kid ? fmt::format("\"{}\"", display_text(*key.kid)) : "one without kid";
}

std::vector<std::string> keys_with(const KeySet& set, KeyFault fault, bool with_reason = false) {
  std::vector<std::string> names;
  for (const KeyDescription& key : set.descriptions())
    if (fault_of(key) == fault)
      names.push_back(with_reason ? name_of_key(key) + " " + key.reason : name_of_key(key));
  return names;
}

bool judge_not_empty(Report& report, const KeySet& set) {
  if (set.size() > 0) {
    report.ok("jwks.not_empty", fmt::format("the set contains {}", counted(set.size(), "key")));
    return true;
  }
  report.fault("jwks.not_empty", "the key set is empty",
               "every key has expired and its grace period is over, because no client asked for a token in "
               "that time; or the table `jwks` was emptied",
               "sign in and get a token (GET /api/auth/token): Better Auth then makes a key; keys stay "
               "listed longer with a larger jwks.gracePeriod");
  return false;
}

void judge_count(Report& report, const KeySet& set) {
  if (set.size() <= many_keys) return report.ok("jwks.count", counted(set.size(), "key"));
  report.warning(
      "jwks.count", fmt::format("the set contains {} keys", set.size()),
      "Better Auth makes keys faster than it drops them: jwks.rotationInterval is too short for its "
      "gracePeriod, or many concurrent requests each made a key",
      "raise jwks.rotationInterval (seconds); use drawbridge(), which makes one key for all concurrent "
      "requests; and delete the rows of `jwks` that expired (expiresAt) longer ago than a token is valid");
}

void judge_kids(Report& report, const KeySet& set) {
  std::vector<std::string> kids;
  for (const KeyDescription& key : set.descriptions())
    if (key.kid && !key.kid->empty()) kids.push_back(*key.kid);
  std::ranges::sort(kids);
  std::vector<std::string> faults = keys_with(set, KeyFault::no_kid, true);
  for (auto twice = std::ranges::adjacent_find(kids); twice != kids.end();
       twice = std::adjacent_find(std::ranges::upper_bound(kids, *twice), kids.end()))
    faults.push_back(fmt::format("several keys share \"{}\"", display_text(*twice)));
  if (faults.empty()) return report.ok("jwks.kids", "each key has its own kid");
  report.fault(
      "jwks.kids", "keys without a usable kid of their own: " + first_names(faults),
      "Better Auth uses each row's id as the kid, so something else, such as a proxy or a script, assembled "
      "this set",
      "serve the key set of one Better Auth, or give each key its own kid where the set is assembled");
}

void judge_private_members(Report& report, const KeySet& set) {
  const auto published = keys_with(set, KeyFault::published);
  if (published.empty()) return report.ok("jwks.private_members", "only public members");
  report.fault(
      "jwks.private_members", "the set exposes the private key of " + first_names(published),
      "the column publicKey of `jwks` contains a whole key pair: anyone who has read it can sign in as any "
      "user",
      "delete these rows of `jwks`, so that Better Auth makes new keys, and find out what wrote them");
}

void judge_strength(Report& report, const KeySet& set) {
  const auto unsound = keys_with(set, KeyFault::unsound, true);
  if (unsound.empty()) return report.ok("jwks.strength", "no key is weak or broken");
  const std::string summary = "keys that cannot verify a token: " + first_names(unsound);
  const std::string cause =
      "something other than Better Auth made or copied them, or they were damaged later";
  const std::string remedy = "delete these rows of `jwks`: Better Auth makes a new key for the next token";
  if (set.usable_count() > 0)
    report.warning("jwks.strength", summary, cause, remedy);
  else
    report.fault("jwks.strength", summary, cause, remedy);
}

/// Better Auth signs under the name that its key has; one without is asked for each.
bool signs_with(const KeySet& set, const KeyDescription& key, std::span<const Algorithm> accepted) {
  if (!key.usable()) return false;
  if (key.alg) return accepts(accepted, *algorithm_named(*key.alg));
  return std::ranges::any_of(accepted, [&](Algorithm algorithm) {
    const auto selected = KeySelector::select(set, *key.kid, algorithm);
    return selected || selected.error() == KeySelector::Miss::several_fit;
  });
}

/// As Better Auth names it in the key, else what its kind says.
std::string algorithm_of(const KeyDescription& key) {
  if (key.alg) return display_text(*key.alg);
  if (key.crv) return display_text(*key.crv);
  return display_text(key.kty.value_or("unknown"));
}

std::vector<std::string> algorithms_of(const KeySet& set) {
  std::vector<std::string> names;
  for (const KeyDescription& key : set.descriptions()) names.push_back(algorithm_of(key));
  std::ranges::sort(names);
  const auto [first, last] = std::ranges::unique(names);
  names.erase(first, last);
  return names;
}

void judge_algorithm(Report& report, const Visit& visit, const KeySet& set) {
  const auto accepted = names_of(visit.policy.algorithms);
  const auto signer = std::ranges::find_if(set.descriptions(), [&](const KeyDescription& key) {
    return signs_with(set, key, visit.policy.algorithms);
  });
  if (signer != set.descriptions().end())
    return report.ok("jwks.algorithm", "a key uses an accepted algorithm: " + algorithm_of(*signer));
  const auto offered = algorithms_of(set);
  const bool known = algorithm_named(offered.front()).has_value();
  std::vector<std::string_view> explained_by;
  if (set.usable_count() == 0) explained_by = {"jwks.private_members", "jwks.kids", "jwks.strength"};
  report.fault(
      "jwks.algorithm",
      fmt::format("the keys are for {}, but the backend accepts {}", first_names(offered), accepted),
      "Better Auth's option jwks.keyPairConfig and the backend's setting name different algorithms, or "
      "Better Auth still uses a key from before that option changed",
      fmt::format(
          "{}have Better Auth sign with {} and delete the other keys from `jwks`",
          known ? fmt::format("set DRAWBRIDGE_ALGORITHMS={} for the backend, or ", offered.front()) : "",
          accepted),
      std::move(explained_by));
}

}  // namespace

std::optional<KeySet> fetch_keys(const Visit& visit) {
  const auto answer = ask_for_keys(visit);
  if (!answer || answer->status != 200) return std::nullopt;
  auto set = KeySet::parse(answer->body);
  return set ? std::optional{*std::move(set)} : std::nullopt;
}

SeenKeys check_keys(Report& report, const Visit& visit) {
  const TokenTime sent = visit.now();
  auto answer = ask_for_keys(visit);
  if (!answer) {
    const auto other = issuer_at_other_port(visit);
    if (other)
      judge_other_port(report, "jwks.reachable", answer.error(), *other);
    else
      judge_unreachable(report, visit, answer.error());
    return {.set = std::nullopt, .clock_lead = std::nullopt, .other_issuer = other};
  }
  const TimedAnswer timed{*std::move(answer), sent, visit.now()};
  report.ok("jwks.reachable", display_text(visit.jwks_url, max_shown_url) + " answers");
  judge_clock(report, "clock.issuer", "Better Auth", timed, visit.policy.clock_skew);
  SeenKeys seen{.set = std::nullopt, .clock_lead = clock_lead(timed), .other_issuer = std::nullopt};
  if (timed.answer.status != 200) seen.other_issuer = issuer_at_other_port(visit);
  if (seen.other_issuer) {
    judge_other_port(
        report, "jwks.status",
        fmt::format("{} returns {}", display_text(visit.jwks_url, max_shown_url), timed.answer.status),
        *seen.other_issuer);
    return seen;
  }
  if (!judge_status(report, visit, timed.answer)) return seen;
  seen.set = judge_document(report, visit, timed.answer);
  if (!seen.set || !judge_not_empty(report, *seen.set)) return seen;
  judge_count(report, *seen.set);
  judge_kids(report, *seen.set);
  judge_private_members(report, *seen.set);
  judge_strength(report, *seen.set);
  judge_algorithm(report, visit, *seen.set);
  return seen;
}

}  // namespace drawbridge::doctor
