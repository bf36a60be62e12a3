#pragma once

// What work on PostgreSQL uses: the connection with its limits and prepared statements, and
// what the server's errors mean. libpqxx throws; nothing of that leaves this folder. What is asked of a
// connection runs in a transaction of transaction.h.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include <pqxx/pqxx>

#include "drawbridge/uuid.h"

#include "database/postgres/stall_watch.h"
#include "database/result.h"
#include "database/user_column.h"

namespace drawbridge::database {

/// What a connection is for.
enum class PostgresUse {
  read,     ///< refuses every change, and has a shorter limit on statements
  write,    ///< as a session of the API: with short limits on statements, locks and idle transactions
  migrate,  ///< a statement may take as long as it takes
};

/// One connection. It never reconnects by itself: a statement that was sent once is not sent again. One
/// thread at a time may use it.
class PostgresConnection {
 public:
  /// Connects within 5 s for each address of the host, unless the URL says otherwise. A server that lets
  /// it in and then says nothing is waited for without end, but where there is a `place` to be watched in.
  /// Throws pqxx::failure.
  PostgresConnection(const std::string& url, PostgresUse use, StallWatch::Place* place = nullptr);

  pqxx::connection_base& raw() { return connection_; }
  int socket() const { return connection_.sock(); }

  /// False when the server has hung up, or said something, since the last statement: an idle connection has
  /// nothing to say but its end. Costs one system call and sends nothing.
  bool is_usable() const;

  /// Has it not usable any more.
  void abandon();

  /// Whether something stands in between that may give each transaction another session of the server, as
  /// PgBouncer does: nothing that a session keeps may be relied on. Found out at connect.
  bool is_pooled() const { return is_pooled_; }

  /// What a transaction begins with on a connection that is pooled.
  const std::string& transaction_settings() const { return transaction_settings_; }

  /// Runs a statement in a transaction. It is prepared on its first use, and the text lives as long as the
  /// program; where the connection is pooled, the server plans it each time.
  template <class... Values>
  pqxx::result run(pqxx::transaction_base& transaction, const char* sql, Values&&... values) {
    const std::string& known = known_as(transaction, sql);
    if (is_pooled_) return transaction.exec_params(known, std::forward<Values>(values)...);
    return transaction.exec_prepared(known, std::forward<Values>(values)...);
  }

  /// The same for a statement that names Better Auth's tables itself, of which there are few in a process.
  template <class... Values>
  pqxx::result run_as_written(pqxx::transaction_base& transaction, const std::string& sql,
                              Values&&... values) {
    if (is_pooled_) return transaction.exec_params(sql, std::forward<Values>(values)...);
    return transaction.exec_prepared(prepared_as_written(sql), std::forward<Values>(values)...);
  }

 private:
  /// The name of a statement that is prepared, or its text where the connection is pooled; for the column
  /// that our tables refer to.
  const std::string& known_as(pqxx::transaction_base& transaction, const char* sql);
  const std::string& prepared_as_written(const std::string& sql);

  pqxx::connection connection_;
  bool is_pooled_ = false;
  std::string transaction_settings_{};
  pqxx::quiet_errorhandler quiet_{connection_};  // which would write notices to standard error
  std::map<const char*, std::string> known_{};
  std::map<std::string, std::string> as_written_{};  // the names, by the texts
  std::optional<UserColumn> user_column_{};          // read with the first statement
};

/// What went wrong in one line without any value of a row.
std::string describe(const pqxx::failure& error);

/// Whether the connection must not be used again: it is lost, or leads to a server that takes no writes or is
/// about to end.
bool spoils_connection(const pqxx::failure& error);

/// Whether the server has undone the transaction only because of another one: running it again is safe.
bool may_be_repeated(const pqxx::failure& error);

/// Whether a change of the schema is refused for what else is in the database, a view on a column for
/// example.
bool is_refused_change(const pqxx::failure& error);

/// The server's own words, its first line. Of a statement without values of rows it names none.
std::string server_text(const pqxx::failure& error);

/// Whether the server ended the statement: it took too long, or somebody asked for it.
bool is_cancelled(const pqxx::failure& error);

bool is_foreign_key_violation(const pqxx::failure& error);
bool is_uniqueness_violation(const pqxx::failure& error);

/// A value that the port's caller must not send.
bool is_refused_value(const pqxx::failure& error);

inline constexpr const char* find_user = R"sql(SELECT 1 FROM "user" WHERE "user".uuid = $1)sql";
// The number is for us what a name would be: "drawuser" in bytes. The role may lock no row of "user".
inline constexpr const char* share_user = R"sql(
SELECT pg_advisory_xact_lock_shared(hashtextextended("user".uuid::text, x'6472617775736572'::bigint))
FROM "user" WHERE "user".uuid = $1)sql";
inline constexpr const char* lock_user_alone = R"sql(
SELECT pg_advisory_xact_lock(hashtextextended("user".uuid::text, x'6472617775736572'::bigint))
FROM "user" WHERE "user".uuid = $1)sql";

/// Whether the owner is still in Better Auth's table.
bool user_exists(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner);

/// Who else may add rows of a user until the transaction ends: those who share too, or nobody.
enum class UserLock { shared, alone };
/// The same question, answered when the lock was had.
bool lock_user(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner,
               UserLock lock);
/// What a write of a row that is not there fails with: `not_found`, or `user_unknown`.
std::unexpected<StoreError> nothing_written(PostgresConnection& connection,
                                            pqxx::transaction_base& transaction, const Uuid& owner);

/// An array of bigint as PostgreSQL reads it.
std::string array_of(std::span<const std::int64_t> ids);

inline std::optional<std::string> optional_text(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return std::string{field.c_str(), field.size()};
}

}  // namespace drawbridge::database
