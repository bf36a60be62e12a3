#include "fake_api.h"

#include <algorithm>

#include "core/jose/base64url.h"
#include "doctor/catalogue.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using fetch::HttpCall;

constexpr const char* own_uuid_in_capitals = "0B4E2A52-5A1F-4A3C-9D0E-6F7D8C9B0A11";

std::string header_of(const HttpCall& call, std::string_view name) {
  const auto found = std::ranges::find(call.headers, name, &fetch::HttpHeader::name);
  return found == call.headers.end() ? std::string{} : found->value;
}

std::string path_of(const HttpCall& call) {
  return call.url.substr(std::string_view{api_url}.size());
}

bool has_good_token(const HttpCall& call) {
  return header_of(call, "Authorization") == "Bearer " + good_token().text;
}

bool is_path_of(const HttpCall& call, const std::string& user) {
  return path_of(call) == "/api/v1/" + user + "/tasks";
}

HttpAnswer refusal(int status, const std::string& code) {
  return {.status = status, .headers = {}, .body = R"({"code":")" + code + R"("})"};
}

HttpAnswer answer_without_cors(const HttpCall& call) {
  if (is_ready_question(call))
    return {.status = 200,
            .headers = {{"Date", "Thu, 26 Nov 2026 10:00:00 GMT"}},
            .body = R"({"status":"ready","keys":"fresh","database":"ready"})"};
  if (is_without_token(call)) return refusal(401, "token_missing");
  if (is_changed_token(call)) return refusal(401, "signature_invalid");
  if (is_unsigned_token(call)) return refusal(401, "token_malformed");
  if (is_own(call) || is_own_in_capitals(call)) return {.status = 200, .headers = {}, .body = "{}"};
  return refusal(403, "user_mismatch");
}

HttpAnswer healthy_answer(const HttpCall& call) {
  if (is_preflight(call)) {
    HttpAnswer answer{.status = 204};
    if (header_of(call, "Origin") == page)
      answer.headers = {{"access-control-allow-origin", page},
                        {"access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE"},
                        {"access-control-allow-headers", "Authorization, Content-Type"}};
    return answer;
  }
  HttpAnswer answer = answer_without_cors(call);
  if (header_of(call, "Origin") == page) {
    answer.headers.push_back({"Access-Control-Allow-Origin", page});
    answer.headers.push_back({"Access-Control-Expose-Headers", "Location,retry-after, WWW-Authenticate"});
  }
  return answer;
}

}  // namespace

bool is_ready_question(const HttpCall& call) {
  return path_of(call) == "/readyz";
}

bool is_preflight(const HttpCall& call) {
  return call.method == "OPTIONS";
}

bool is_without_token(const HttpCall& call) {
  return call.method == "GET" && path_of(call).starts_with("/api/v1/") &&
         header_of(call, "Authorization").empty();
}

bool is_own(const HttpCall& call) {
  return has_good_token(call) && is_path_of(call, own_uuid);
}

bool is_own_in_capitals(const HttpCall& call) {
  return has_good_token(call) && is_path_of(call, own_uuid_in_capitals);
}

bool is_by_subject(const HttpCall& call) {
  return has_good_token(call) && is_path_of(call, subject);
}

bool is_changed_token(const HttpCall& call) {
  const std::string sent = header_of(call, "Authorization");
  return !sent.empty() && !has_good_token(call) && !sent.ends_with('.');
}

bool is_unsigned_token(const HttpCall& call) {
  return header_of(call, "Authorization").ends_with('.');
}

bool is_odd_path(const HttpCall& call) {
  return path_of(call).contains('%');
}

bool is_foreign(const HttpCall& call) {
  return has_good_token(call) && !is_own(call) && !is_own_in_capitals(call) && !is_by_subject(call) &&
         !is_odd_path(call);
}

SeenToken good_token() {
  const std::string claims = std::string{R"({"sub":")"} + subject + R"(","uuid":")" + own_uuid + "\"}";
  return {.text = encode_base64url(R"({"alg":"EdDSA","kid":"one"})") + "." + encode_base64url(claims) + "." +
                  encode_base64url(std::string(64, 's')),
          .uuid = Uuid::parse(own_uuid),
          .subject = subject,
          .audiences = {"http://localhost:3000"},
          .lifetime = std::chrono::minutes{15}};
}

Visit visit_of(std::vector<Instead> instead) {
  Visit visit{.policy = Policy{page, page},
              .better_auth_url = "http://localhost:3000/api/auth",
              .jwks_url = "http://localhost:3000/api/auth/jwks",
              .page_origin = page};
  visit.api_url = api_url;
  visit.now = [] { return TokenTime{std::chrono::seconds{1'795'687'200}}; };  // 10:00:00 GMT, as in Date
  visit.variable = [](const std::string&) { return std::nullopt; };
  visit.call = [instead =
                    std::move(instead)](const HttpCall& call) -> std::expected<HttpAnswer, std::string> {
    for (const Instead& other : instead) {
      if (!other.of(call)) continue;
      if (other.answer.status == 0) return std::unexpected{other.answer.body};
      return other.answer;
    }
    return healthy_answer(call);
  };
  return visit;
}

Report report_before_the_api(const Before& before) {
  Report report{before.production};
  if (!before.has_token) report.leave("token.form", "no token is given");
  for (const CheckKind& kind : all_checks()) {
    const auto is_of = [&](std::string_view group) { return kind.id.starts_with(group); };
    if (is_of("api.") || is_of("cors.") || is_of("production.") || kind.id == "clock.api") continue;
    if (!before.has_token && (is_of("token.") || is_of("user."))) continue;
    if (kind.id == before.fault)
      report.fault(kind.id, "it is not good", "for a reason", "do something");
    else
      report.ok(kind.id, "it is good");
  }
  return report;
}

std::map<std::string, Check> told_of(const Report& report, std::vector<std::string> groups) {
  std::map<std::string, Check> told;
  for (const Check& check : report.checks()) {
    const bool is_asked_for =
        std::ranges::any_of(groups, [&](const std::string& group) { return check.id.starts_with(group); });
    if (is_asked_for && check.status != CheckStatus::ok) told.emplace(check.id, check);
  }
  return told;
}

}  // namespace drawbridge::doctor
