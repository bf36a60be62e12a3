#include "fake_better_auth.h"

#include <algorithm>

#include <fmt/format.h>

#include "doctor/examination.h"

namespace drawbridge::doctor {

FakeBetterAuth::Answer answer(int status, std::string body, std::vector<fetch::HttpHeader> headers) {
  headers.push_back({"Date", now_as_date});
  return fetch::HttpAnswer{.status = status, .headers = std::move(headers), .body = std::move(body)};
}

FakeBetterAuth::FakeBetterAuth() {
  answers["GET /api/auth/jwks"] = {answer(200, test::jwks_of({key.jwk()}))};
  answers["GET /api/auth/ok"] = {answer(200, R"({"ok":true})")};
  answers["GET /api/auth/get-session"] = {
      answer(200, fmt::format(R"({{"session":{{}},"user":{{"uuid":"{}","role":"user"}}}})", users_uuid))};
  answers["GET /api/auth/get-session by bearer"] = {answer(200, "null")};
  answers["GET /api/auth/token"] = {answer(200, fmt::format(R"({{"token":"{}"}})", token()))};
  answers["POST /api/auth/update-user"] = {answer(400, R"({"code":"FIELD_NOT_ALLOWED"})")};
}

std::string FakeBetterAuth::payload(const std::map<std::string, std::string>& changes) {
  std::map<std::string, std::string> members{{"iss", R"("http://localhost:3000")"},
                                             {"aud", R"("http://localhost:3000")"},
                                             {"sub", R"("user-1")"},
                                             {"uuid", fmt::format("\"{}\"", users_uuid)},
                                             {"iat", std::to_string(now_seconds - 60)},
                                             {"exp", std::to_string(now_seconds + 840)}};
  for (const auto& [name, value] : changes) members[name] = value;
  std::string json;
  for (const auto& [name, value] : members)
    if (!value.empty()) json += fmt::format("{}\"{}\":{}", json.empty() ? "{" : ",", name, value);
  return json + "}";
}

Visit FakeBetterAuth::visit() {
  Visit visit{Policy{"http://localhost:3000", "http://localhost:3000"}, better_auth,
              std::string{better_auth} + "/jwks", "http://localhost:3000"};
  visit.call = [this](const fetch::HttpCall& call) -> Answer {
    const std::size_t path = call.url.find('/', call.url.find("://") + 3);
    asked.push_back(call.method + ' ' + call.url.substr(path, call.url.find('?') - path));
    const bool by_bearer = std::ranges::any_of(
        call.headers, [](const fetch::HttpHeader& header) { return header.name == "Authorization"; });
    if (by_bearer) asked.back() += " by bearer";
    calls.push_back(call);
    const auto found = answers.find(asked.back());
    if (found == answers.end()) return answer(404);
    Answer given = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return given;
  };
  visit.why_no_database = "no database is looked at";
  visit.now = [] { return TokenTime{std::chrono::seconds{now_seconds}}; };
  visit.variable = [](const std::string&) { return std::nullopt; };
  return visit;
}

std::string Found::text_of(const std::string& id) const {
  const Check& check = checks.at(id);
  return check.summary + " | " + check.cause + " | " + check.remedy;
}

Found found_by(const Visit& visit) {
  Found found;
  for (const Check& check : examine(visit)) {
    const std::string id{check.id};
    if (check.status == CheckStatus::fault) found.faults.insert(id);
    if (check.status == CheckStatus::warning) found.warnings.insert(id);
    found.checks.emplace(id, check);
  }
  return found;
}

}  // namespace drawbridge::doctor
