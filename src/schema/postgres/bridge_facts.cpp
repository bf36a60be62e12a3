#include "schema/postgres/bridge_facts.h"

#include <functional>

#include "database/postgres/connection.h"
#include "schema/bridge_facts_reader.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {
namespace {

/// A statement that fails spoils no other; what libpqxx throws becomes a value. Within 10 s.
template <class T>
std::expected<T, std::string> read(const std::string& url,
                                   const std::function<T(pqxx::transaction_base&)>& work) {
  try {
    database::StallWatch watch;
    const auto place = watch.place();
    database::PostgresConnection connection{url, database::PostgresUse::read, place.get()};
    const database::Watched watched{*place, connection.socket()};
    pqxx::nontransaction transaction{connection.raw()};
    return work(transaction);
  } catch (const pqxx::failure& failure) {
    return std::unexpected{database::describe(failure)};
  } catch (const QueryRefused& refused) {
    return std::unexpected{refused.text};
  }
}

/// Says apart what the server refuses.
plan::Query refusing_query(pqxx::transaction_base& transaction) {
  return [query = query_of(transaction)](const std::string& sql) {
    try {
      return query(sql);
    } catch (const pqxx::insufficient_privilege& error) {
      throw QueryRefused{.text = database::describe(error), .is_not_allowed = true};
    } catch (const pqxx::sql_error& error) {
      throw QueryRefused{.text = database::describe(error)};
    }
  };
}

}  // namespace

std::expected<BridgeFacts, std::string> read_postgres_facts(const std::string& url) {
  return read<BridgeFacts>(url, [](pqxx::transaction_base& transaction) {
    return read_bridge_facts(plan::Product::postgresql, refusing_query(transaction));
  });
}

std::expected<bool, std::string> postgres_user_exists(const std::string& url, const Uuid& uuid) {
  return read<bool>(url, [&](pqxx::transaction_base& transaction) {
    return !transaction.exec_params(database::find_user, uuid.text()).empty();
  });
}

}  // namespace drawbridge::schema
