#pragma once

// What a database looks like to somebody who searches for faults. Data alone: doctor judges it.

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "database/database_url.h"
#include "schema/plan/facts.h"

namespace drawbridge::schema {

/// Rows that have something in common.
struct CountedRows {
  std::int64_t count = 0;
  std::string ids;  ///< of at most five, fit for one line; empty when they may not be read
};

struct UuidRows {
  CountedRows without;
  CountedRows invalid;  ///< no UUID that a token could carry and the API would find
  CountedRows shared;   ///< another row has the same
};

/// The column `uuid` of `user`.
struct UuidColumn {
  std::string type;          ///< as the database says it, in lower case: `uuid`, `text`, `varchar(36)`
  bool is_required = false;  ///< NOT NULL
  bool is_unique = false;    ///< by an index of it alone, which a foreign key can refer to
  bool is_made = false;      ///< by a default or a trigger for each row that comes without
  /// The error is one line: why the rows could not be read.
  std::expected<UuidRows, std::string> rows{};
};

/// A foreign key.
using UserReference = plan::Reference;

/// The rows of `jwks`.
struct StoredKeys {
  std::int64_t count = 0;
  std::int64_t expiring = 0;  ///< those with `expiresAt`; Better Auth signs with the others for ever
};

/// A file, or a folder, that other users of the machine can get at.
struct OpenFile {
  std::string path;
  bool is_written = false;  ///< by them, or only read
};

/// A user as a token names them.
struct NamedUser {
  std::string text;         ///< the claim
  bool is_subject = false;  ///< of `sub`, Better Auth's user.id, and not of `uuid`
};

struct BridgeFacts {
  std::string product;     ///< `sqlite` or `postgresql`
  std::string version;     ///< of the database's software, as it says it
  bool is_pooled = false;  ///< reached through a pooler of PostgreSQL's sessions
  /// Names of columns by table, of all tables; `user` is there when Better Auth shares the database.
  plan::Tables tables{};
  bool user_is_no_table = false;  ///< but a view, for example
  /// What of Better Auth's is under other names than its own.
  plan::Naming naming{};
  /// One line: `user` is another program's; empty otherwise.
  std::string foreign_user{};
  std::map<std::string, plan::IdColumn> ids{};   ///< of Better Auth's tables
  std::optional<UuidColumn> uuid{};              ///< nothing when there is no such column
  bool id_is_uuid = false;                       ///< `user.id` is the UUID that tokens carry
  CountedRows ids_that_are_no_uuids{};           ///< where it is so, and it is a text
  std::vector<UserReference> user_references{};  ///< to `user`, in the order of their tables
  /// Of tables that are called as ours, to others than Better Auth's.
  std::vector<UserReference> other_references{};
  std::optional<StoredKeys> keys{};     ///< nothing when there is no `jwks`, or it may not be read
  std::optional<int> tables_version{};  ///< of the tasks API's tables; nothing when it may not be read
  int latest_tables_version = 0;        ///< that this program knows
  /// Of SQLite's file, those beside it and their folder; empty for a server.
  std::vector<OpenFile> open_files{};
};

/// Reads and changes nothing. The error is one line that never holds the URL.
std::expected<BridgeFacts, std::string> read_bridge_facts(const database::DatabaseUrl& url,
                                                          const plan::Where& where);

/// Whether `user` has a row of theirs. As read_bridge_facts.
std::expected<bool, std::string> user_exists(const database::DatabaseUrl& url, const plan::Where& where,
                                             const NamedUser& user);

}  // namespace drawbridge::schema
