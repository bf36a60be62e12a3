#pragma once

// How the facts are asked for. The queries are here alone, without parameters; the database's client runs
// them.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "schema/plan/facts.h"

namespace drawbridge::schema::plan {

/// What a query gave, each value as a text; nothing for NULL.
using Rows = std::vector<std::vector<std::optional<std::string>>>;
/// Runs one query. What it throws goes through these functions.
using Query = std::function<Rows(const std::string& sql)>;

/// What plan_migration() needs.
Facts read_facts(Product product, const Query& query, const Where& where = {});

/// Whether the `user` that our tables refer to can be referred to, and their version: of the catalogue alone,
/// and quick.
Facts read_readiness(Product product, const Query& query);

/// As read_readiness(), and what our_changes() needs.
Facts read_our_tables(Product product, const Query& query);

/// What the other plans need: the tables, and where it is said so, the rows of `user`, which are read where
/// its column may have to change, or what was written down as added.
Facts read_schema(Product product, const Query& query, const Where& where = {});
void read_user_rows(Facts& facts, const Query& query);
void read_additions(Facts& facts, const Query& query);

/// The parts of these.
Server read_server(Product product, const Query& query);
Layout read_layout(Product product, const Query& query, const Where& where = {});
/// The same query, with these names; for the parts below.
Query naming(const Query& query, const Names& names);
/// Of those of Better Auth's tables that are among `tables`.
std::map<std::string, IdColumn> read_ids(Product product, const Query& query, const Tables& tables);
User read_user(Product product, const Query& query);
std::vector<Reference> read_references(Product product, const Query& query);
/// Say whether `user.id` is the uuid: of the catalogue alone, as the parts above found it, and where that
/// leaves it open, of the rows. Texts are UUIDs when each is, and there are some.
void find_uuid_column(Facts& facts);
void read_ids_of_rows(Facts& facts, const Query& query);
int read_version(Product product, const Query& query);

/// Conditions on a row of `user`: its uuid is not one that a token could carry and our tables would store;
/// it is another row's too.
std::string invalid_uuid(Product product, const UuidColumn& column);
const char* shared_uuid(Product product);
/// Its id, a text, is not a UUID in its one canonical form, as which it is compared.
std::string no_canonical_id(Product product);

/// PostgreSQL's `text`, `character varying` and `character`.
bool is_text(const std::string& type);

}  // namespace drawbridge::schema::plan
