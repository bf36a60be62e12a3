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

/// A stale set serves, so it is ready; so is an empty one, because Better Auth makes its first key when it
/// first signs. `database_fault` is empty when the database is ready.
Response readiness(const KeyStatus& keys, std::string_view database_fault) {
  const bool database_ready = database_fault.empty();
  const bool ready = database_ready && keys.state != KeyStatus::State::absent;
  return {
      .status = ready ? 200 : 503,
      .content_type = http::json_type,
      .body = fmt::format(R"({{"status":"{}","keys":"{}","database":"{}"}})", ready ? "ready" : "not_ready",
                          name_of(keys.state), database_ready ? "ready" : "not_ready"),
      .note = database_ready ? keys.last_failure : std::string{database_fault}};
}

Outcome get_healthz(const http::Request&) {
  return Response{.content_type = http::json_type, .body = R"({"status":"ok"})"};
}

/// For how long an answer of /readyz holds. Anyone may ask, and each look at the database takes its time.
constexpr std::chrono::seconds readiness_kept_for{1};

/// One answer for each state of the keys, so that what changes there shows at once.
class Readiness {
 public:
  Outcome answer(const KeyStatus& keys) const {
    return http::StoreWork{.kind = http::StoreWork::Kind::read,
                           .run =
                               [keys](database::Session& session) {
                                 const auto ready = database_readiness(session);
                                 return readiness(keys, ready ? std::string_view{} : ready.error().text);
                               },
                           .when_full = readiness(keys, "too much work is waiting for the database"),
                           .shared = shared_.at(static_cast<std::size_t>(keys.state))};
  }

 private:
  static std::shared_ptr<http::SharedAnswer> make() {
    return std::make_shared<http::SharedAnswer>(readiness_kept_for);
  }

  std::array<std::shared_ptr<http::SharedAnswer>, 3> shared_{make(), make(), make()};
};

}  // namespace

database::Result<void> database_readiness(database::Session& session) {
  return session.without_owner([](auto& connection) { return schema::check_ready(connection); });
}

http::Routes health_routes(std::function<KeyStatus()> key_status) {
  const auto readyz = [key_status = std::move(key_status), readiness = Readiness{}](const http::Request&) {
    return readiness.answer(key_status());
  };
  return {{"/healthz", http::Access::open, {{http::Method::get, get_healthz}}},
          {"/readyz", http::Access::open, {{http::Method::get, readyz}}}};
}

}  // namespace drawbridge::api
