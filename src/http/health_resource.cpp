#include <fmt/format.h>

#include "http/resources.h"

namespace drawbridge::http {
namespace {

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

/// A stale set serves, so it is ready; so is an empty one, because Better Auth makes its first key when it
/// first signs. `database_fault` is empty when the database is ready.
Response readiness(const KeyStatus& keys, std::string_view database_fault) {
  const bool database_ready = database_fault.empty();
  const bool ready = database_ready && keys.state != KeyStatus::State::absent;
  return {
      .status = ready ? 200 : 503,
      .content_type = json_type,
      .body = fmt::format(R"({{"status":"{}","keys":"{}","database":"{}"}})", ready ? "ready" : "not_ready",
                          name_of(keys.state), database_ready ? "ready" : "not_ready"),
      .note = database_ready ? keys.last_failure : std::string{database_fault}};
}

}  // namespace

Outcome get_healthz(const Request&) {
  return Response{.content_type = json_type, .body = R"({"status":"ok"})"};
}

Outcome get_readyz(const Request& request) {
  const auto keys = request.tokens.key_status();
  return StoreWork{.kind = StoreWork::Kind::read,
                   .run =
                       [keys](store::Session& session) {
                         const auto ready = session.check_ready();
                         return readiness(keys, ready ? std::string_view{} : ready.error().text);
                       },
                   .when_full = readiness(keys, "too much work is waiting for the database")};
}

}  // namespace drawbridge::http
