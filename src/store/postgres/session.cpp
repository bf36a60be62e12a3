#include "store/postgres/session.h"

#include <fmt/format.h>

#include "store/failures.h"
#include "store/postgres/connection.h"
#include "store/postgres/schema.h"
#include "store/postgres/tags.h"
#include "store/postgres/tasks.h"

namespace drawbridge::store {
namespace {

using Kind = StoreError::Kind;

constexpr std::chrono::milliseconds between_attempts{500};
constexpr int most_attempts = 3;  // of a transaction that the server undoes in favour of another

StoreError as_store_error(const pqxx::failure& error) {
  if (is_foreign_key_violation(error)) return user_unknown().error();
  if (is_refused_value(error)) {
    return {.kind = Kind::internal,
            .text = "the database refuses a value that should have been refused before"};
  }
  return {.kind = Kind::unavailable, .text = describe(error)};
}

}  // namespace

PostgresSession::PostgresSession(std::string url, Access access, const std::shared_ptr<StallWatch>& watch)
    : url_{std::move(url)}, access_{access}, watch_{watch}, place_{watch->place()} {}

PostgresSession::~PostgresSession() = default;

Result<void> PostgresSession::connect() {
  if (connection_ && connection_->is_usable()) return {};
  connection_.reset();
  if (std::chrono::steady_clock::now() < connect_again_at_) return failed(Kind::unavailable, last_failure_);
  try {
    const PostgresUse use = access_ == Access::read ? PostgresUse::read : PostgresUse::write;
    connection_ = std::make_unique<PostgresConnection>(url_, use, place_.get());
    return {};
  } catch (const pqxx::failure& error) {
    last_failure_ = describe(error);
    connect_again_at_ = std::chrono::steady_clock::now() + between_attempts;
    return failed(Kind::unavailable, last_failure_);
  }
}

template <class T, class Work>
Result<T> PostgresSession::run(Work work) {
  if (const auto connected = connect(); !connected) return std::unexpected{connected.error()};
  for (int attempt = 1;; ++attempt) {
    try {
      const Watched watched{*place_, connection_->socket()};
      return work(*connection_);
    } catch (const pqxx::failure& error) {
      if (may_be_repeated(error) && attempt < most_attempts) continue;
      if (spoils_connection(error) || !connection_->raw().is_open()) connection_.reset();
      return std::unexpected{as_store_error(error)};
    } catch (const std::exception&) {
      // A row that no writer of ours makes: a conversion of libpqxx or of a tag's JSON fails.
      return failed(Kind::unavailable, "the database holds a row that cannot be read");
    }
  }
}

template <class T, class Work>
Result<T> PostgresSession::run_for(const Identity& owner, Work work) {
  if (!owner.uuid()) return failed(Kind::internal, "the identity has no uuid, which the policy must require");
  return run<T>([&](PostgresConnection& connection) { return work(connection, *owner.uuid()); });
}

Result<Page<Task>> PostgresSession::list_tasks(const Identity& owner, const TaskListRequest& request) {
  return run_for<Page<Task>>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::list_tasks(connection, user, request);
  });
}

Result<Task> PostgresSession::get_task(const Identity& owner, const Uuid& id) {
  return run_for<Task>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::get_task(connection, user, id);
  });
}

Result<Task> PostgresSession::create_task(const Identity& owner, const NewTask& fields, Instant now) {
  return run_for<Task>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::create_task(connection, user, fields, now);
  });
}

Result<Task> PostgresSession::change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                                          Instant now) {
  return run_for<Task>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::change_task(connection, user, id, change, now);
  });
}

Result<Task> PostgresSession::toggle_task(const Identity& owner, const Uuid& id, Instant now) {
  return run_for<Task>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::toggle_task(connection, user, id, now);
  });
}

Result<void> PostgresSession::delete_task(const Identity& owner, const Uuid& id) {
  return run_for<void>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::delete_task(connection, user, id);
  });
}

Result<Page<Tag>> PostgresSession::list_tags(const Identity& owner, const PageRequest& page) {
  return run_for<Page<Tag>>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::list_tags(connection, user, page);
  });
}

Result<Tag> PostgresSession::get_tag(const Identity& owner, std::int64_t id) {
  return run_for<Tag>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::get_tag(connection, user, id);
  });
}

Result<Tag> PostgresSession::create_tag(const Identity& owner, const NewTag& fields) {
  return run_for<Tag>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::create_tag(connection, user, fields);
  });
}

Result<Tag> PostgresSession::change_tag(const Identity& owner, std::int64_t id, const TagChange& change) {
  return run_for<Tag>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::change_tag(connection, user, id, change);
  });
}

Result<void> PostgresSession::delete_tag(const Identity& owner, std::int64_t id) {
  return run_for<void>(owner, [&](PostgresConnection& connection, const Uuid& user) {
    return store::delete_tag(connection, user, id);
  });
}

Result<void> PostgresSession::check_ready() {
  return run<void>([](PostgresConnection& connection) -> Result<void> {
    pqxx::nontransaction transaction{connection.raw()};
    const std::string fault = postgres_readiness_fault(transaction);
    return fault.empty() ? Result<void>{} : failed(Kind::unavailable, fault);
  });
}

}  // namespace drawbridge::store
