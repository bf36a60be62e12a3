#pragma once

// What statements of the API run in. On a connection that is one session from its beginning to its end, the
// session has its limits; a pooler that gives each transaction another session (PgBouncer's transaction mode)
// keeps nothing between two of them, so there each transaction begins with its own.

#include <string>

#include <pqxx/pqxx>

#include "database/postgres/connection.h"

namespace drawbridge::database {

/// Reads. Each statement by itself, which costs one round trip to the server; through a pooler, one read-only
/// transaction, which costs two more. A statement that failed spoils those after it there.
class PostgresRead {
 public:
  explicit PostgresRead(PostgresConnection& connection);
  ~PostgresRead();
  PostgresRead(const PostgresRead&) = delete;
  PostgresRead& operator=(const PostgresRead&) = delete;

  // As what libpqxx's functions and PostgresConnection::run take.
  operator pqxx::transaction_base&() { return transaction_; }  // NOLINT(google-explicit-constructor)

 private:
  PostgresConnection& connection_;
  pqxx::nontransaction transaction_;
};

/// Changes what is committed at the end, or nothing. Through a pooler it costs one round trip more.
class PostgresWork {
 public:
  explicit PostgresWork(PostgresConnection& connection);

  operator pqxx::transaction_base&() { return transaction_; }  // NOLINT(google-explicit-constructor)
  void commit() { transaction_.commit(); }

 private:
  pqxx::work transaction_;
};

}  // namespace drawbridge::database
