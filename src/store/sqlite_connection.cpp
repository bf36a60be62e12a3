#include "store/sqlite_connection.h"

#include "store/sqlite_sql.h"

namespace drawbridge::store {

bool user_exists(SqliteConnection& connection, const Uuid& owner) {
  Query query{connection.prepared(sql::find_user)};
  return query.bind(":user_id", owner.text()).next();
}

}  // namespace drawbridge::store
