#pragma once

// Tables that an ORM describes in a schema file of its own: what it must be told of `user.uuid`, since its
// next migration would take away what it does not know.

#include <string>

#include "schema/plan/facts.h"

namespace drawbridge::schema::plan {

/// What to put into the schema file of the ORM that owns `user`, in one line; empty when none does, or when
/// the column is as a schema file can say it.
std::string orm_obstacle(const Facts& facts);

/// The same as something to do afterwards, for tables of other names whose owner does not show; empty for
/// Better Auth's own names, and where the column is there already.
std::string note_for_orm(const Facts& facts);

}  // namespace drawbridge::schema::plan
