// revocations.feed, tables.revocations and production.revocations: what Better Auth says of sessions that
// ended before their tokens, asked for as the backend asks.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "core/revocations/revocation_answer.h"
#include "doctor/api_calls.h"
#include "doctor/sections.h"
#include "doctor/table_names.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr std::string_view feed = "revocations.feed";
constexpr std::string_view table = "tables.revocations";

constexpr const char* mode_variable = "DRAWBRIDGE_REVOCATIONS";
constexpr const char* secret_variable = "DRAWBRIDGE_REVOCATIONS_SECRET";
constexpr const char* turn_on =
    "use drawbridge({ revocations: true }) from @drawbridge/better-auth, and run Better Auth's migration for "
    "its table";
constexpr const char* secret_is_anothers = "REVOCATIONS_SECRET_WRONG";
constexpr std::size_t largest_answer = 2UL * 1024 * 1024;  // 5,000 entries and more, as backends read it

std::string mode_of(const Visit& visit) {
  return visit.variable(mode_variable).value_or("preferred");
}

/// Beside the keys, as backends take it.
std::string feed_url(const Visit& visit) {
  constexpr std::string_view keys = "/jwks";
  const std::string& url = visit.jwks_url;
  const std::string base =
      url.ends_with(keys) ? url.substr(0, url.size() - keys.size()) : visit.better_auth_url;
  return base + "/drawbridge/revocations";
}

std::string shown(const Visit& visit) {
  return display_text(feed_url(visit), 128);
}

fetch::HttpCall question(const Visit& visit, const std::optional<std::string>& secret,
                         std::string_view cursor = {}) {
  fetch::HttpCall call{.url = feed_url(visit), .max_answer_size = largest_answer};
  if (!cursor.empty()) call.url += fmt::format("?after={}", cursor);
  if (secret) call.headers.push_back({"Authorization", "Bearer " + *secret});
  return call;
}

/// What a refusal does: tokens pass until their end, or none does.
std::string consequence(const Visit& visit) {
  return mode_of(visit) == "required" ? "the backend returns 503 revocations_unavailable for every token"
                                      : "the backend continues without revocations: a token stays valid "
                                        "until it expires, even after sign-out";
}

void judge_off(Report& report, const Visit& visit) {
  const std::string summary = fmt::format("{} returns 404: Better Auth records no revocations", shown(visit));
  if (mode_of(visit) != "required")
    return report.ok(feed, summary +
                               ". With drawbridge({ revocations: true }) backends would refuse tokens within "
                               "about a second of a sign-out");
  report.fault(feed, fmt::format("{}, but {}=required", summary, mode_variable),
               "the plugin lacks `revocations: true`, or its address is different; " + consequence(visit),
               fmt::format("{}; or set {}=preferred", turn_on, mode_variable));
}

void judge_refused(Report& report, const Visit& visit, const HttpAnswer& answer, bool has_secret) {
  const bool by_the_plugin = answer.body.contains(secret_is_anothers);
  const std::string why =
      !by_the_plugin ? "something in front of Better Auth requires authentication"
      : has_secret   ? fmt::format("{} is not the plugin's secret", secret_variable)
                     : fmt::format("the plugin requires a secret, but {} is not set", secret_variable);
  report.fault(
      feed, fmt::format("{} returns {}", shown(visit), answer_text(answer)),
      fmt::format("{}; {}", why, consequence(visit)),
      by_the_plugin
          ? fmt::format("set the backend's {} to the secret in drawbridge({{ revocations: {{ secret }} }})",
                        secret_variable)
          : "let backends through there");
}

void judge_limited(Report& report, const Visit& visit) {
  report.fault(feed, fmt::format("{} returns 429", shown(visit)),
               "a rule in Better Auth's rateLimit.customRules, or something in front of it, limits how often "
               "backends may ask, and they ask every second",
               "remove the rule for /drawbridge/revocations (drawbridge() itself sets no limit there), and "
               "exempt the path in any proxy in front");
}

void judge_failing(Report& report, const Visit& visit, const HttpAnswer& answer) {
  report.fault(
      feed, fmt::format("{} returns {}", shown(visit), answer_text(answer)),
      "Better Auth cannot read its table drawbridgeRevocation: it was not created, or the database fails; " +
          consequence(visit),
      "run Better Auth's own migration, which creates the table (`drawbridge migrate` leaves it to Better "
      "Auth), or add a model of that name and run the ORM's migration; otherwise check Better Auth's log",
      {table});
}

void judge_no_page(Report& report, const Visit& visit, const HttpAnswer& answer, const std::string& why) {
  const auto first = answer.body.find_first_not_of(" \t\r\n");
  const bool is_html = first != std::string::npos && answer.body[first] == '<';
  report.fault(feed,
               fmt::format("{} returns something other than revocations: {}", shown(visit),
                           is_html ? "a web page" : "it " + why),
               "a proxy, or a program other than Better Auth, answers there; " + consequence(visit),
               "let that path through to Better Auth, or correct BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL");
}

/// A rule of the application's own lets the first question through, and not those that follow.
void judge_page(Report& report, const Visit& visit, const std::optional<std::string>& secret,
                const RevocationPage& page) {
  const auto next = visit.call(question(visit, secret, page.cursor));
  if (next && next->status == 429) return judge_limited(report, visit);
  report.ok(feed, fmt::format("Better Auth reports its revocations, currently {} {}", page.entries.size(),
                              page.entries.size() == 1 ? "entry" : "entries"));
}

bool is_sendable(std::string_view secret) {
  return secret.size() <= 1'024 && std::ranges::all_of(secret, [](char c) { return c > ' ' && c < 0x7F; });
}

/// Whether the plugin has revocations; unknown where no answer says so.
enum class Recorded { yes, no, unknown };

Recorded judge_answer(Report& report, const Visit& visit, const std::optional<std::string>& secret,
                      const HttpAnswer& answer) {
  if (answer.status == 404) {
    judge_off(report, visit);
    return Recorded::no;
  }
  if (answer.status == 401 || answer.status == 403) {
    judge_refused(report, visit, answer, secret.has_value());
    return answer.body.contains(secret_is_anothers) ? Recorded::yes : Recorded::unknown;
  }
  if (answer.status == 429) {
    judge_limited(report, visit);
    return Recorded::unknown;
  }
  if (answer.status >= 500) {
    judge_failing(report, visit, answer);
    return answer.body.contains("REVOCATIONS_UNAVAILABLE") ? Recorded::yes : Recorded::unknown;
  }
  const auto page = answer.status == 200 ? read_revocation_page(answer.body)
                                         : std::unexpected{fmt::format("has the status {}", answer.status)};
  if (!page) {
    judge_no_page(report, visit, answer, page.error());
    return Recorded::unknown;
  }
  judge_page(report, visit, secret, *page);
  return Recorded::yes;
}

Recorded check_feed(Report& report, const Visit& visit) {
  if (!report.may_check(feed)) return Recorded::unknown;
  if (mode_of(visit) == "off") {
    report.ok(feed, fmt::format("{} is off: the backend does not ask for revocations", mode_variable));
    return Recorded::unknown;
  }
  const auto secret = visit.variable(secret_variable);
  if (secret && !is_sendable(*secret)) {
    report.fault(feed,
                 fmt::format("{} must consist of at most 1,024 visible ASCII characters", secret_variable),
                 "the backend does not start with this value", "use the plugin's secret");
    return Recorded::unknown;
  }
  if (secret && !may_carry_secrets(feed_url(visit))) {
    report.leave(feed, over_plain_http("secret", feed_url(visit)));
    return Recorded::unknown;
  }
  const auto answer = visit.call(question(visit, secret));
  if (!answer) {
    report.leave(feed, "the request for revocations failed: " + answer.error());
    return Recorded::unknown;
  }
  return judge_answer(report, visit, secret, *answer);
}

std::string make_the_table(const schema::BridgeFacts& facts) {
  return is_of_another_generator(facts)
             ? "add the model drawbridgeRevocation to the ORM's schema file (npx auth generate writes it), "
               "and run the ORM's migration"
             : "run Better Auth's own migration (npx auth migrate, or getMigrations of "
               "better-auth/db/migration); drawbridge migrate leaves this table to it";
}

/// Better Auth looks for its plugins' tables as it starts, and answers 500 to everything where one is
/// missing.
bool fails_for_another_reason(const Report& report) {
  return report.is_at_fault("tables.jwks") || report.is_at_fault("tables.session_token") ||
         report.is_at_fault("tables.user_uuid");
}

bool fails_in_everything(const Report& report, const Visit& visit) {
  if (!report.is_at_fault("jwks.status") || fails_for_another_reason(report)) return false;
  const auto answer = visit.call({.url = visit.better_auth_url + "/ok"});
  return answer && answer->status >= 500;
}

void judge_no_table(Report& report, const Visit& visit, const schema::BridgeFacts& facts, Recorded recorded) {
  constexpr const char* missing = "there is no table drawbridgeRevocation, but Better Auth";
  if (recorded == Recorded::no)
    return report.ok(table, "Better Auth records no revocations, so it needs no table");
  if (recorded == Recorded::yes && report.stands(feed))
    return report.ok(
        table, "Better Auth reads its revocations from a table with another name or in another database");
  if (recorded == Recorded::yes)
    return report.fault(table, fmt::format("{} records revocations", missing),
                        "its migration has not run since drawbridge({ revocations: true }) was added, or the "
                        "table was dropped",
                        make_the_table(facts));
  if (fails_in_everything(report, visit))
    return report.warning(table, fmt::format("{} may need it: it fails every request", missing),
                          "if its plugin has `revocations: true`, this table is what it lacks; its log then "
                          "has \"Missing tables\"",
                          make_the_table(facts));
  report.leave(table, "Better Auth did not report whether it records revocations");
}

void check_table(Report& report, const Visit& visit, const std::optional<schema::BridgeFacts>& facts,
                 Recorded recorded) {
  if (!facts || !report.may_check(table)) return;
  const auto found = std::ranges::find_if(
      facts->tables, [](const auto& named) { return is_table_of_revocations(named.first); });
  if (found == facts->tables.end()) return judge_no_table(report, visit, *facts, recorded);
  report.ok(table, fmt::format("the table {} exists", display_text(found->first)));
}

}  // namespace

bool check_revocations(Report& report, const Visit& visit,
                       const std::optional<schema::BridgeFacts>& database) {
  const Recorded recorded = check_feed(report, visit);
  check_table(report, visit, database, recorded);
  return recorded == Recorded::yes;
}

void check_open_feed(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.revocations";
  if (!report.may_check(id)) return;
  const auto answer = visit.call(question(visit, std::nullopt));
  if (!answer) return report.leave(id, "the request to Better Auth failed: " + answer.error());
  if (answer->status == 200)
    return report.ok(id,
                     "anyone can read Better Auth's revocations, which contain only hashes of users and "
                     "sessions; drawbridge({ revocations: { secret } }) would restrict access");
  if (answer->status == 404) return report.ok(id, "Better Auth records no revocations");
  report.ok(id, fmt::format("without the secret, Better Auth returns {}", answer->status));
}

}  // namespace drawbridge::doctor
