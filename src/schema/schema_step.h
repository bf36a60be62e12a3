#pragma once

namespace drawbridge::schema {

/// One step from one version of our tables to the next. The same versions and names on every database.
struct SchemaStep {
  int version;
  const char* name;
  const char* sql;
};

}  // namespace drawbridge::schema
