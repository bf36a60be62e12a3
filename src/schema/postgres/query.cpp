#include "schema/postgres/query.h"

#include "database/postgres/connection.h"

namespace drawbridge::schema {

plan::Query query_of(pqxx::transaction_base& transaction) {
  return [&transaction](const std::string& sql) {
    plan::Rows rows;
    for (const auto& found : transaction.exec(sql)) {
      auto& row = rows.emplace_back();
      for (const auto& field : found) row.push_back(database::optional_text(field));
    }
    return rows;
  };
}

}  // namespace drawbridge::schema
