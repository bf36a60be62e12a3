#include "api/health/routes.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>

#include <fmt/format.h>

#include "http/shared_answer.h"
#include "schema/readiness.h"

namespace drawbridge::api {
namespace {

using http::Outcome;
using http::Response;

std::string_view name_of(KeyStatus::State state) {
  switch (state) {
    case KeyStatus::State::fresh:
      return "fresh";
    case KeyStatus::State::stale:
      return "stale";
    case KeyStatus::State::absent:
      return "absent";
  }
  std::unreachable();
}

std::string_view name_of(RevocationStatus::State state) {
  switch (state) {
    case RevocationStatus::State::off:
      return "off";
    case RevocationStatus::State::pending:
      return "pending";
    case RevocationStatus::State::current:
      return "current";
    case RevocationStatus::State::lost:
      return "lost";
  }
  std::unreachable();
}

bool are_missing(const RevocationStatus& revocations) {
  return revocations.required && revocations.state != RevocationStatus::State::current;
}

/// A stale set serves, so it is ready; so is an empty one, because Better Auth makes its first key when it
/// first signs. `database_fault` is empty when the database is ready.
Response readiness(const IssuerStatus& issuer, std::string_view database_fault) {
  const bool database_ready = database_fault.empty();
  const auto& [keys, revocations] = issuer;
  const bool ready = database_ready && keys.state != KeyStatus::State::absent && !are_missing(revocations);
  std::string shown_revocations;
  if (revocations.state != RevocationStatus::State::off)
    shown_revocations = fmt::format(R"(,"revocations":"{}")", name_of(revocations.state));
  const std::string& of_issuer = keys.last_failure.empty() ? revocations.last_failure : keys.last_failure;
  return {
      .status = ready ? 200 : 503,
      .content_type = http::json_type,
      .body = fmt::format(R"({{"status":"{}","keys":"{}","database":"{}"{}}})", ready ? "ready" : "not_ready",
                          name_of(keys.state), database_ready ? "ready" : "not_ready", shown_revocations),
      .note = database_ready ? of_issuer : std::string{database_fault}};
}

Outcome get_healthz(const http::Request&) {
  return Response{.content_type = http::json_type, .body = R"({"status":"ok"})"};
}

/// For how long an answer of /readyz holds. Anyone may ask, and each look at the database takes its time.
constexpr std::chrono::seconds readiness_kept_for{1};

/// One answer for each state of keys and revocations, so that what changes there shows at once.
class Readiness {
 public:
  Outcome answer(const IssuerStatus& issuer) const {
    const auto keys = static_cast<std::size_t>(issuer.keys.state);
    const auto revocations = static_cast<std::size_t>(issuer.revocations.state);
    return http::StoreWork{.kind = http::StoreWork::Kind::read,
                           .run =
                               [issuer](database::Session& session) {
                                 const auto ready = database_readiness(session);
                                 return readiness(issuer, ready ? std::string_view{} : ready.error().text);
                               },
                           .when_full = readiness(issuer, "too much work is waiting for the database"),
                           .shared = shared_.at(keys * states_of_revocations + revocations)};
  }

 private:
  static constexpr std::size_t states_of_keys = 3;
  static constexpr std::size_t states_of_revocations = 4;
  using Answers = std::array<std::shared_ptr<http::SharedAnswer>, states_of_keys * states_of_revocations>;

  static Answers make() {
    Answers answers;
    for (auto& answer : answers) answer = std::make_shared<http::SharedAnswer>(readiness_kept_for);
    return answers;
  }

  Answers shared_ = make();
};

}  // namespace

database::Result<void> database_readiness(database::Session& session) {
  return session.without_owner([](auto& connection) { return schema::check_ready(connection); });
}

http::Routes health_routes(std::function<IssuerStatus()> issuer_status) {
  const auto readyz = [issuer_status = std::move(issuer_status), readiness = Readiness{}](
                          const http::Request&) { return readiness.answer(issuer_status()); };
  return {{"/healthz", http::Access::open, {{http::Method::get, get_healthz}}},
          {"/readyz", http::Access::open, {{http::Method::get, readyz}}}};
}

}  // namespace drawbridge::api
