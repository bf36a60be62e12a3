// production.page_*: what the page that calls the API says of itself to browsers.

#include <algorithm>
#include <chrono>
#include <expected>
#include <optional>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "core/text/whole_number.h"
#include "doctor/script_policy.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr int most_redirects = 3;
constexpr std::chrono::days least_transport_age{180};

std::string start_of(const Visit& visit) {
  return visit.page_origin + "/";
}

/// Where an answer leads to on the same origin; nothing for another one, to which this visit does not belong.
std::optional<std::string> redirect_of(const Visit& visit, const HttpAnswer& answer) {
  if (answer.status < 300 || answer.status > 399) return std::nullopt;
  std::string place{answer.header("Location")};
  if (place.starts_with('/') && !place.starts_with("//")) return visit.page_origin + place;
  if (place.starts_with(start_of(visit))) return place;
  return std::nullopt;
}

/// The first page that the origin shows; the error is the end of "not checked, because …".
std::expected<HttpAnswer, std::string> first_page(const Visit& visit) {
  std::string url = start_of(visit);
  for (int redirects = 0; redirects <= most_redirects; ++redirects) {
    auto answer = visit.call({.url = url, .headers = {{"Accept", "text/html"}}});
    const std::string shown = display_text(url, 128);
    if (!answer) return std::unexpected{fmt::format("{} did not answer: {}", shown, answer.error())};
    if (auto next = redirect_of(visit, *answer)) {
      url = *std::move(next);
      continue;
    }
    if (!ascii::lower(answer->header("Content-Type")).starts_with("text/html"))
      return std::unexpected{fmt::format("{} returns {} and no page", shown, answer->status)};
    return answer;
  }
  return std::unexpected{fmt::format("{} redirects more than {} times", start_of(visit), most_redirects)};
}

/// The rule of the strictest policy; nothing where there is no policy.
std::optional<ScriptRule> rule_of(const HttpAnswer& page) {
  std::optional<ScriptRule> strictest;
  for (const std::string& policy : policies_of(page)) {
    ScriptRule rule = script_rule_of(policy);
    if (!strictest || rule.weakness.empty()) strictest = std::move(rule);
  }
  return strictest;
}

void check_scripts(Report& report, const Visit& visit, const HttpAnswer& page) {
  constexpr std::string_view id = "production.page_scripts";
  constexpr const char* cause =
      "anything that an attacker injects into the page runs there as a script: it can use the token, and act "
      "as the user";
  constexpr const char* remedy =
      "send Content-Security-Policy with script-src 'self' 'nonce-…' 'strict-dynamic', with a new nonce for "
      "each page, or with hashes; examples/web/proxy.ts does this in Next.js";
  const auto rule = rule_of(page);
  if (!rule) return report.warning(id, "the page has no Content-Security-Policy", cause, remedy);
  if (!rule->weakness.empty())
    return report.warning(
        id, fmt::format("the page's Content-Security-Policy has {}", display_text(rule->weakness)), cause,
        remedy);
  if (!rule->nonce.empty()) {
    const auto again = first_page(visit);
    const auto other = again ? rule_of(*again) : std::nullopt;
    if (other && other->nonce == rule->nonce)
      return report.warning(id, "the page's Content-Security-Policy uses the same nonce twice", cause,
                            remedy);
  }
  report.ok(id, "the page's Content-Security-Policy restricts which scripts can run");
}

/// Of `max-age` (RFC 6797 §6.1.1); nothing without one.
std::optional<std::chrono::seconds> transport_age(std::string_view header) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const std::string directive = ascii::lower(ascii::trimmed(header.substr(0, end)));
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto equals = std::min(directive.find('='), directive.size());
    if (ascii::trimmed(std::string_view{directive}.substr(0, equals)) != "max-age") continue;
    std::string value{
        ascii::trimmed(std::string_view{directive}.substr(std::min(equals + 1, directive.size())))};
    std::erase(value, '"');
    const auto seconds = whole_number<std::int64_t>(value, 0);
    return seconds ? std::optional{std::chrono::seconds{*seconds}} : std::nullopt;
  }
  return std::nullopt;
}

void check_transport(Report& report, const HttpAnswer& page) {
  constexpr std::string_view id = "production.page_hsts";
  constexpr const char* cause =
      "a browser that gets the address without https asks over plain http first, and an attacker on the "
      "network path can answer instead of the page";
  constexpr const char* remedy =
      "send Strict-Transport-Security: max-age=31536000 from the page, or from the proxy in front of it";
  const std::string_view header = page.header("Strict-Transport-Security");
  const auto age = transport_age(header);
  if (!age)
    return report.warning(id,
                          header.empty() ? "the page has no Strict-Transport-Security"
                                         : "the page's Strict-Transport-Security has no numeric max-age",
                          cause, remedy);
  const auto days = std::chrono::floor<std::chrono::days>(*age);
  if (days < least_transport_age)
    return report.warning(
        id,
        fmt::format("the page's Strict-Transport-Security is valid for {} days, less than {}", days.count(),
                    least_transport_age.count()),
        cause, remedy);
  report.ok(id, fmt::format("browsers must use https for {} days", days.count()));
}

}  // namespace

void check_page(Report& report, const Visit& visit) {
  const auto page = first_page(visit);
  if (!page) {
    report.leave("production.page_scripts", page.error());
    if (report.may_check("production.page_hsts")) report.leave("production.page_hsts", page.error());
    return;
  }
  check_scripts(report, visit, *page);
  if (report.may_check("production.page_hsts")) check_transport(report, *page);
}

}  // namespace drawbridge::doctor
