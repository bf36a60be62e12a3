#include "schema/postgres/bridge_facts.h"

#include <functional>

#include "database/postgres/transaction.h"
#include "schema/bridge_facts_reader.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {
namespace {

/// What libpqxx throws becomes a value. Within 10 s.
template <class T>
std::expected<T, std::string> read(const std::string& url,
                                   const std::function<T(database::PostgresConnection&)>& work) {
  try {
    database::StallWatch watch;
    const auto place = watch.place();
    database::PostgresConnection connection{url, database::PostgresUse::read, place.get()};
    const database::Watched watched{*place, connection.socket()};
    return work(connection);
  } catch (const pqxx::failure& failure) {
    return std::unexpected{database::describe(failure)};
  } catch (const QueryRefused& refused) {
    return std::unexpected{refused.text};
  }
}

/// Says apart what the server refuses. A query that fails spoils no other.
plan::Query refusing_query(database::PostgresConnection& connection) {
  return [&connection](const std::string& sql) {
    database::PostgresRead transaction{connection};
    try {
      return query_of(transaction)(sql);
    } catch (const pqxx::insufficient_privilege& error) {
      throw QueryRefused{.text = database::describe(error), .is_not_allowed = true};
    } catch (const pqxx::sql_error& error) {
      throw QueryRefused{.text = database::describe(error)};
    }
  };
}

}  // namespace

std::expected<BridgeFacts, std::string> read_postgres_facts(const std::string& url,
                                                            const plan::Where& where) {
  return read<BridgeFacts>(url, [&](database::PostgresConnection& connection) {
    BridgeFacts facts = read_bridge_facts(plan::Product::postgresql, refusing_query(connection), where);
    facts.is_pooled = connection.is_pooled();
    return facts;
  });
}

std::expected<bool, std::string> postgres_user_exists(const std::string& url, const plan::Where& where,
                                                      const NamedUser& user) {
  return read<bool>(url, [&](database::PostgresConnection& connection) {
    return user_exists(plan::Product::postgresql, refusing_query(connection), where, user);
  });
}

}  // namespace drawbridge::schema
