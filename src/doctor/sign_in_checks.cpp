// production.sign_in: whether passwords can be guessed, tried with wrong ones of nobody.

#include <chrono>
#include <functional>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "core/text/json_writer.h"
#include "doctor/api_calls.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpHeader;

constexpr std::string_view id = "production.sign_in";
/// Better Auth's limit is 3 in 10 seconds for each address.
constexpr int most_guesses = 10;
/// Better Auth's window: guesses that take longer are of several, and would show no limit where there is one.
constexpr std::chrono::seconds longest_guessing{10};

struct Guesses {
  int checked = 0;        ///< that were answered "wrong"
  bool limited = false;   ///< whether one was answered 429; there is none behind it
  std::string unclear{};  ///< another answer, behind which there is none either
};

using Headers = std::function<std::vector<HttpHeader>(const std::string& address)>;

/// Of a network for measurements (RFC 2544), so of nobody.
std::string random_address() {
  std::random_device random;
  return fmt::format("198.{}.{}.{}", 18 + random() % 2, random() % 256, 1 + random() % 254);
}

/// Wrong passwords of one address that nobody has, from a new address each time for all that the headers say.
Guesses guess(const Visit& visit, const Headers& headers_of) {
  const std::string nobody = fmt::format("nobody-{}@example.com", random_uuid().text());
  const auto begun = visit.now();
  Guesses seen;
  for (int i = 0; i < most_guesses; ++i) {
    if (visit.now() - begun >= longest_guessing) {
      seen.unclear = "too slow";
      break;
    }
    fetch::HttpCall call{.method = "POST",
                         .url = visit.better_auth_url + "/sign-in/email",
                         .headers = headers_of(random_address())};
    // Without Origin, as whoever guesses: Better Auth asks for one only where a cookie comes along.
    call.headers.push_back({"Content-Type", "application/json"});
    JsonObject{call.body}
        .member("email", std::string_view{nobody})
        .member("password", std::string_view{"not a password"});
    const fetch::HttpAnswer answer = answer_to(visit, call);
    if (answer.status == 401) {
      ++seen.checked;
      continue;
    }
    seen.limited = answer.status == 429;
    if (!seen.limited) seen.unclear = answer_text(answer);
    break;
  }
  return seen;
}

bool has_no_limit(const Guesses& guesses) {
  return guesses.checked == most_guesses;
}

std::vector<HttpHeader> forwarded_for(const std::string& address) {
  return {{"X-Forwarded-For", address}};
}

/// What else proxies write an address into.
std::vector<HttpHeader> other_headers(const std::string& address) {
  std::vector<HttpHeader> headers{{"Forwarded", "for=" + address}};
  for (const char* name : {"X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP", "Fly-Client-IP"})
    headers.push_back({name, address});
  return headers;
}

std::vector<HttpHeader> no_headers(const std::string& /*address*/) {
  return {};
}

void report_forged(Report& report, std::string_view header) {
  report.fault(
      id,
      fmt::format("Better Auth checked {0} of {0} wrong passwords while {1} changed", most_guesses, header),
      "Better Auth counts attempts by the address in that header, which any client can forge: passwords can "
      "be guessed without limit",
      "set drawbridge({ trustedProxies: [ … ] }) to the addresses of the proxies in front, or to [] if there "
      "are none; or have the proxy replace the header, and let no client bypass the proxy");
}

}  // namespace

void check_sign_in(Report& report, const Visit& visit) {
  const Guesses forged = guess(visit, forwarded_for);
  if (!forged.unclear.empty())
    return report.leave(
        id, fmt::format("Better Auth's response to a wrong password is inconclusive: {}", forged.unclear));
  if (has_no_limit(forged)) {
    if (!has_no_limit(guess(visit, no_headers))) return report_forged(report, "X-Forwarded-For");
    return report.fault(id, fmt::format("Better Auth checked {0} of {0} wrong passwords", 2 * most_guesses),
                        "Better Auth limits attempts only in production, or if rateLimit is enabled: "
                        "passwords can be guessed without limit",
                        "start Better Auth with NODE_ENV=production, or set rateLimit: { enabled: true }");
  }
  // Such as a proxy's refusal: then these headers lead nowhere either.
  if (has_no_limit(guess(visit, other_headers)))
    return report_forged(report,
                         "another header with an address (X-Real-IP, CF-Connecting-IP, Forwarded, …)");
  report.ok(id,
            fmt::format(
                "Better Auth stopped checking after {} wrong passwords, even though X-Forwarded-For changed",
                forged.checked));
}

}  // namespace drawbridge::doctor
