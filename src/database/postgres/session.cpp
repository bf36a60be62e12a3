#include "database/postgres/session.h"

#include <new>

#include "database/postgres/connection.h"

namespace drawbridge::database {
namespace {

using Kind = StoreError::Kind;

constexpr std::chrono::milliseconds between_attempts{500};
constexpr int most_attempts = 3;  // of a transaction that the server undoes in favour of another

StoreError as_store_error(const pqxx::failure& error) {
  if (is_foreign_key_violation(error)) return user_unknown().error();
  if (is_refused_value(error)) {
    return {.kind = Kind::internal,
            .text = "the database refused a value that should have been refused earlier"};
  }
  return {.kind = is_cancelled(error) ? Kind::timed_out : Kind::unavailable, .text = describe(error)};
}

}  // namespace

PostgresSession::PostgresSession(std::string url, Access access, const std::shared_ptr<StallWatch>& watch,
                                 std::shared_ptr<CancelSender> cancels)
    : url_{std::move(url)},
      access_{access},
      watch_{watch},
      place_{watch->place()},
      cancels_{std::move(cancels)} {}

PostgresSession::~PostgresSession() = default;

std::optional<StoreError> PostgresSession::connect() {
  if (connection_ && connection_->is_usable()) return std::nullopt;
  connection_.reset();
  const auto now = std::chrono::steady_clock::now();
  if (now < connect_again_at_) return StoreError{.kind = Kind::unavailable, .text = last_failure_};
  try {
    const PostgresUse purpose = access_ == Access::read ? PostgresUse::read : PostgresUse::write;
    connection_ = std::make_unique<PostgresConnection>(url_, purpose, place_.get());
    return std::nullopt;
  } catch (const pqxx::failure& error) {
    last_failure_ = describe(error);
    connect_again_at_ = std::chrono::steady_clock::now() + between_attempts;
    return StoreError{.kind = Kind::unavailable, .text = last_failure_};
  }
}

void PostgresSession::use_connection(const Use& use) {
  const Watched watched{*place_, connection_->socket()};
  // Behind a pooler a request to cancel that comes late would end somebody else's statement.
  const bool may_cancel = access_ == Access::read && !connection_->is_pooled();
  if (!may_cancel || !limit().gone.stop_possible()) return use.on_postgres(*connection_);
  CancelSender::Cancellable cancellable{*cancels_, *connection_, limit().gone};
  try {
    use.on_postgres(*connection_);
  } catch (...) {
    if (cancellable.end()) absorb_cancel();
    throw;
  }
  if (cancellable.end()) absorb_cancel();
}

/// A request to cancel has been sent, and may reach the server when this statement is over.
void PostgresSession::absorb_cancel() {
  try {
    pqxx::nontransaction{connection_->raw()}.exec("SELECT 1");
  } catch (const pqxx::failure& error) {
    if (!is_cancelled(error)) connection_->abandon();
  }
}

std::optional<StoreError> PostgresSession::run(const Use& use) {
  if (limit().is_reached()) return given_up();
  if (auto failure = connect()) return failure;
  for (int attempt = 1;; ++attempt) {
    try {
      use_connection(use);
      return std::nullopt;
    } catch (const pqxx::failure& error) {
      if (may_be_repeated(error) && attempt < most_attempts) continue;
      if (spoils_connection(error) || !connection_->raw().is_open()) connection_.reset();
      return is_cancelled(error) && limit().is_reached() ? given_up() : as_store_error(error);
    } catch (const std::bad_alloc&) {
      connection_.reset();
      return no_memory();
    } catch (const std::exception&) {
      // A row that no writer of ours makes: a conversion of libpqxx or of a tag's JSON fails.
      return StoreError{.kind = Kind::unavailable, .text = "the database contains a row that cannot be read"};
    }
  }
}

}  // namespace drawbridge::database
