// Sessions read straight from Better Auth's tables, on real databases, however those were made.

#include "schema/stored_sessions.h"

#include <future>
#include <ostream>

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include "core/credentials/session_identity.h"
#include "core/credentials/session_record.h"
#include "core/identity/identity_json.h"
#include "schema/plan/session_statement.h"
#include "schema/postgres/query.h"
#include "schema/sqlite/query.h"
#include "tests/database/postgres/backend.h"
#include "tests/database/sqlite/backend.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using namespace std::chrono_literals;
using database::DatabaseUrl;
using schema::StoredSessions;

constexpr std::string_view token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 12h;
const std::string uuid = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";

/// One empty database, and the hands of whoever makes Better Auth's tables.
class Hands {
 public:
  virtual ~Hands() = default;
  virtual void run(const std::string& sql) = 0;
  virtual DatabaseUrl url() const = 0;
};

class SqliteHands final : public Hands {
 public:
  void run(const std::string& sql) override { database_.exec(sql); }
  DatabaseUrl url() const override { return {.file = directory_.path() / "test.db"}; }

 private:
  ScratchDirectory directory_;
  SQLite::Database database_{open_as_better_auth(directory_.path() / "test.db")};
};

class PostgresHands final : public Hands {
 public:
  void run(const std::string& sql) override { database_.run(sql); }
  DatabaseUrl url() const override { return {.server = database_.url()}; }

 private:
  PostgresDatabase database_{PostgresDatabase::Content::nothing};
};

SessionStore::Found found_by(SessionStore& store, std::string_view of = token) {
  std::promise<SessionStore::Found> promise;
  store.find(of, [&promise](SessionStore::Found found) { promise.set_value(std::move(found)); });
  return promise.get_future().get();
}

/// What an identity says, the session being one of `token`; or why there is none.
std::string said_by(SessionStore& store) {
  const auto found = found_by(store);
  if (!found) return found.error();
  if (!*found) return "no session";
  const auto who =
      identity_of_session((*found)->json, token, {"https://a.example", "https://a.example"}, now);
  if (!who) return who.error() + ' ' + (*found)->json;
  if (!*who) return "no good session";
  const Identity& identity = **who;
  std::string said = identity.subject() + ' ' + (identity.uuid() ? identity.uuid()->text() : "-");
  for (const auto& text :
       {identity.email(), identity.name(), identity.session_id(), identity.impersonated_by()})
    said += ' ' + text.value_or("-");
  said += identity.email_verified() ? (*identity.email_verified() ? " verified" : " unverified") : " -";
  for (const std::string& role : identity.roles()) said += ' ' + role;
  if (identity.claims_json().contains(R"("isAnonymous":true)")) said += " anonymous";
  return said;
}

enum class On { sqlite, postgres };

struct Case {
  std::string name;
  On on;
  std::string tables;  ///< with the session `token`
  std::string said;
  schema::plan::Where where{};
};

void PrintTo(const Case& c, std::ostream* stream) {
  *stream << c.name;
}

std::unique_ptr<Hands> hands_on(On on) {
  if (on == On::sqlite) return std::make_unique<SqliteHands>();
  return std::make_unique<PostgresHands>();
}

const std::string token_text = "'" + std::string{token} + "'";

/// As Better Auth's own migration makes them with the plugins admin() and anonymous(), with users of `id`.
std::string own_tables(On on, const std::string& id, const std::string& foreign_id, const std::string& ids) {
  const bool is_sqlite = on == On::sqlite;
  const std::string flag = is_sqlite ? "integer" : "boolean";
  const std::string time = is_sqlite ? "date" : "timestamptz";
  const std::string yes = is_sqlite ? "1" : "true";
  const std::string no = is_sqlite ? "0" : "false";
  return "create table \"user\" (\"id\" " + id + " not null primary key, \"name\" text not null, " +
         "\"email\" text not null unique, \"emailVerified\" " + flag +
         " not null, \"image\" text, \"role\" text, " + "\"banned\" " + flag + ", \"banExpires\" " + time +
         ", \"isAnonymous\" " + flag + ", \"uuid\" " + (is_sqlite ? "text" : "uuid") + ");" +
         "create table \"session\" (\"id\" " + id + " not null primary key, \"expiresAt\" " + time +
         " not null, \"token\" text not null unique, " + "\"createdAt\" " + time +
         " not null, \"updatedAt\" " + time + " not null, \"ipAddress\" text, " +
         "\"userAgent\" text, \"impersonatedBy\" text, \"userId\" " + foreign_id +
         " not null references \"user\" (\"id\") on delete cascade);" +
         "insert into \"user\" (\"id\", \"name\", \"email\", \"emailVerified\", \"role\", \"banned\", " +
         "\"isAnonymous\", \"uuid\") values (" + ids + ", 'Ada', 'ada@example.com', " + yes +
         ", 'user,admin', " + no + ", " + yes + ", '" + uuid + "');" +
         "insert into \"session\" (\"id\", \"expiresAt\", \"token\", \"createdAt\", \"updatedAt\", "
         "\"userId\", " +
         "\"impersonatedBy\") values (" + ids + ", '2026-12-06T12:00:00.000Z', " + token_text +
         ", '2026-11-29T11:00:00.000Z', '2026-11-29T11:00:00.000Z', " + ids + ", 'root')";
}

/// usePlural and snake_case, as Drizzle's; `yes` and `ends` as it writes them.
std::string drizzle_tables(const std::string& flag, const std::string& time, const std::string& yes,
                           const std::string& ends, const std::string& schema = "") {
  return "create table " + schema + "users (id text primary key, name text not null, email text not null, " +
         "email_verified " + flag + " not null, is_anonymous " + flag + ", ban_expires " + time +
         ", banned " + flag + ", uuid text);" + "create table " + schema +
         "sessions (id text primary key, expires_at " + time +
         " not null, token text not null unique, created_at " + time + " not null, ip_address text, " +
         "impersonated_by text, user_id text not null references " + schema + "users (id));" +
         "insert into " + schema +
         "users (id, name, email, email_verified, uuid) values ('ada', 'Ada', 'ada@example.com', " + yes +
         ", '" + uuid + "');" + "insert into " + schema +
         "sessions (id, expires_at, token, created_at, user_id, impersonated_by) values ('s1', " + ends +
         ", " + token_text + ", " + ends + ", 'ada', 'root')";
}

/// Prisma's, of models without @@map.
std::string prisma_tables(const std::string& time, const std::string& flag, const std::string& yes,
                          const std::string& ends) {
  return "create table \"User\" (\"id\" text primary key, \"name\" text not null, \"email\" text not null, " +
         std::string{"\"emailVerified\" "} + flag + " not null);" +
         "create table \"Session\" (\"id\" text primary " + "key, \"expiresAt\" " + time +
         " not null, \"token\" text not null, \"createdAt\" " + time +
         " not null, \"ipAddress\" text, \"userId\" text not null references \"User\" (\"id\"));" +
         "insert into \"User\" values ('" + uuid + "', 'Ada', 'ada@example.com', " + yes + ");" +
         "insert into \"Session\" (\"id\", \"expiresAt\", \"token\", \"createdAt\", \"userId\") values "
         "('s1', " +
         ends + ", " + token_text + ", " + ends + ", '" + uuid + "')";
}

std::vector<Case> cases() {
  const std::string of_ada = ' ' + uuid + " ada@example.com Ada ";
  const std::string whole = " root verified user admin anonymous";
  const std::string end = "'2026-12-06 12:00:00'";
  return {
      {"Own", On::sqlite, own_tables(On::sqlite, "text", "text", "'ada'"), "ada" + of_ada + "ada" + whole},
      {"Own", On::postgres, own_tables(On::postgres, "text", "text", "'ada'"),
       "ada" + of_ada + "ada" + whole},
      {"Serial", On::sqlite, own_tables(On::sqlite, "integer", "integer", "7"), "7" + of_ada + "7" + whole},
      {"Serial", On::postgres, own_tables(On::postgres, "integer", "integer", "7"),
       "7" + of_ada + "7" + whole},
      {"UuidsAsIds", On::postgres, own_tables(On::postgres, "uuid", "uuid", "'" + uuid + "'"),
       uuid + of_ada + uuid + whole},
      {"DrizzleSeconds", On::sqlite, drizzle_tables("integer", "integer", "1", "1796558400"),
       "ada" + of_ada + "s1 root verified"},
      {"DrizzleMilliseconds", On::sqlite, drizzle_tables("integer", "integer", "0", "1796558400000"),
       "ada" + of_ada + "s1 root unverified"},
      {"Drizzle", On::postgres, drizzle_tables("boolean", "timestamp", "true", end),
       "ada" + of_ada + "s1 root verified"},
      {"InASchemaThatIsNamed",
       On::postgres,
       "create schema auth;" + drizzle_tables("boolean", "timestamptz", "true", end, "auth."),
       "ada" + of_ada + "s1 root verified",
       {.schema = "auth"}},
      {"Prisma", On::sqlite, prisma_tables("datetime", "boolean", "1", "1796558400000"),
       uuid + of_ada + "s1 - verified"},
      {"Prisma", On::postgres, prisma_tables("timestamp(3)", "boolean", "true", end),
       uuid + of_ada + "s1 - verified"},
      {"BesideAnotherUser", On::sqlite,
       "create table \"user\" (id integer);" + drizzle_tables("integer", "integer", "1", "1796558400"),
       "ada" + of_ada + "s1 root verified"},
      {"UserTableThatIsNamed",
       On::sqlite,
       drizzle_tables("integer", "integer", "1", "1796558400") +
           ";create table people (id text, email text, email_verified integer)",
       "ada" + of_ada + "s1 root verified",
       {.user_table = "users"}},
  };
}

class SessionsInTables : public testing::TestWithParam<Case> {};

TEST_P(SessionsInTables, AreReadWhateverTheirNames) {
  const Case& c = GetParam();
  const auto hands = hands_on(c.on);
  hands->run(c.tables);
  const auto store = schema::open_stored_sessions(hands->url(), {.where = c.where});
  EXPECT_EQ(said_by(*store), c.said);
  EXPECT_EQ(said_by(*store), c.said);
  const auto another = found_by(*store, "AbCdEfGhIjKlMnOpQrStUvWxYz012346");
  ASSERT_TRUE(another) << another.error();
  EXPECT_FALSE(*another);
  const auto injected = found_by(*store, "' OR 1=1 --");
  ASSERT_TRUE(injected) << injected.error();
  EXPECT_FALSE(*injected);
}

INSTANTIATE_TEST_SUITE_P(Databases, SessionsInTables, testing::ValuesIn(cases()), [](const auto& test) {
  return test.param.name + (test.param.on == On::sqlite ? "OnSqlite" : "OnPostgres");
});

class StoredSessionsOn : public testing::TestWithParam<On> {
 protected:
  std::unique_ptr<Hands> hands = hands_on(GetParam());
  bool is_sqlite = GetParam() == On::sqlite;
  std::string tables = own_tables(GetParam(), "text", "text", "'ada'");
  const std::string good = "ada " + uuid + " ada@example.com Ada ada root verified user admin anonymous";
};

TEST_P(StoredSessionsOn, CountFromTheNextRequestOn) {
  hands->run(tables);
  const auto store = schema::open_stored_sessions(hands->url());
  ASSERT_EQ(said_by(*store), good);
  hands->run(is_sqlite ? "update \"user\" set \"banned\" = 1" : "update \"user\" set \"banned\" = true");
  EXPECT_EQ(said_by(*store), "no good session");
  hands->run("update \"user\" set \"banExpires\" = '2026-11-29T11:59:59.999Z'");
  EXPECT_EQ(said_by(*store), good);
  hands->run("update \"session\" set \"expiresAt\" = '2026-11-29T12:00:00.000Z'");
  EXPECT_EQ(said_by(*store), "no good session");
  hands->run("update \"session\" set \"expiresAt\" = '2026-11-29T12:00:00.001Z'");
  EXPECT_EQ(said_by(*store), good);
  hands->run("delete from \"session\"");
  EXPECT_EQ(said_by(*store), "no session");
}

TEST_P(StoredSessionsOn, OfAUserWhoIsGoneThereIsNone) {
  hands->run(tables);
  const auto store = schema::open_stored_sessions(hands->url());
  hands->run(is_sqlite ? "PRAGMA foreign_keys = OFF"
                       : "alter table \"session\" drop constraint \"session_userId_fkey\"");
  hands->run("delete from \"user\"");
  EXPECT_EQ(said_by(*store), "no session");
}

TEST_P(StoredSessionsOn, TablesMayChangeMeanwhile) {
  hands->run(tables);
  hands->run("alter table \"user\" drop column \"banned\"");
  const auto store = schema::open_stored_sessions(hands->url(), {.longest_known = 0s});
  const auto remembering = schema::open_stored_sessions(hands->url());
  ASSERT_EQ(said_by(*store), good);
  ASSERT_EQ(said_by(*remembering), good);
  hands->run(is_sqlite ? "alter table \"user\" add column \"banned\" integer default 1"
                       : "alter table \"user\" add column \"banned\" boolean default true");
  EXPECT_EQ(said_by(*store), "no good session");
  // A statement that no longer fits fails once, and is then another one.
  hands->run("alter table \"user\" drop column \"role\"");
  EXPECT_TRUE(said_by(*remembering).starts_with("The sessions in the database cannot be read: "));
  EXPECT_EQ(said_by(*remembering), "no good session");
}

TEST_P(StoredSessionsOn, AnOutageIsNoSignOut) {
  const auto store = schema::open_stored_sessions(hands->url());
  EXPECT_EQ(
      said_by(*store),
      "The sessions in the database cannot be read: Better Auth's table \"user\" is not in this database: "
      "set "
      "the URL of Better Auth's database; sessions that it keeps only in secondary storage are in no table.");
  hands->run(tables);
  EXPECT_EQ(said_by(*store), good);
  const DatabaseUrl nowhere = is_sqlite ? DatabaseUrl{.file = "/nonexistent/test.db"}
                                        : DatabaseUrl{.server = "postgresql://127.0.0.1:1/x"};
  const auto lost = schema::open_stored_sessions(nowhere);
  EXPECT_TRUE(said_by(*lost).starts_with("The sessions in the database cannot be read: the database "))
      << said_by(*lost);
}

TEST_P(StoredSessionsOn, ARowThatCannotBeReadIsNotGood) {
  hands->run(tables);
  const auto store = schema::open_stored_sessions(hands->url());
  hands->run(is_sqlite ? "update \"session\" set \"expiresAt\" = 'later'"
                       : "update \"session\" set \"expiresAt\" = 'infinity'");
  EXPECT_TRUE(said_by(*store).contains("session.expiresAt cannot be read")) << said_by(*store);
}

/// Users write these texts themselves, and they decide nothing. A huge one would keep a reader from others.
TEST_P(StoredSessionsOn, ATextThatIsOnlyShownIsLeftOutWhereItIsHuge) {
  hands->run(tables);
  const auto store = schema::open_stored_sessions(hands->url());
  const auto set_to = [&](const std::string& column, const std::string& text) {
    hands->run("update \"user\" set \"" + column + "\" = " + text);
  };
  const auto repeated = [&](const std::string& text, int times) {
    const std::string count = std::to_string(times);
    return is_sqlite ? "replace(hex(zeroblob(" + count + ")), '00', '" + text + "')"
                     : "repeat('" + text + "', " + count + ")";
  };
  const std::string rest = " ada root verified user admin anonymous";
  const std::string before = "ada " + uuid + " ada@example.com ";
  struct Text {
    std::string name;
    std::string value;
    std::string shown;
  };
  const Text names[]{
      {"one that fits", repeated("x", 4'096), std::string(4'096, 'x')},
      {"a byte more", repeated("x", 4'097), "-"},
      {"in bytes, not in characters", repeated("é", 2'049), "-"},
      {"of megabytes", repeated("x", 3'000'000), "-"},
      {"a short one", "'Ada'", "Ada"},
  };
  for (const Text& text : names) {
    set_to("name", text.value);
    EXPECT_EQ(said_by(*store), before + text.shown + rest) << text.name;
  }
  if (is_sqlite) {  // PostgreSQL has no such text
    set_to("name", "char(97, 0) || " + repeated("x", 3'000'000));
    EXPECT_EQ(said_by(*store), before + "-" + rest) << "with a NUL, at which length() ends";
  }
  set_to("name", "'Ada'");
  set_to("email", repeated("x", 200'000));
  EXPECT_EQ(said_by(*store), "ada " + uuid + " - Ada" + rest);
}

INSTANTIATE_TEST_SUITE_P(Databases, StoredSessionsOn, testing::Values(On::sqlite, On::postgres),
                         [](const auto& test) { return test.param == On::sqlite ? "Sqlite" : "Postgres"; });

TEST(SessionStatement, SaysWhyThereCanBeNone) {
  using schema::plan::FoundTable;
  const std::vector<std::string> user{"id", "email", "emailVerified"};
  const std::vector<std::string> session{"id", "userId", "expiresAt", "ipAddress", "token"};
  const auto table = [](const char* name, std::vector<std::string> columns) {
    return FoundTable{.name = name, .columns = std::move(columns)};
  };
  const std::string outdated =
      ": bring Better Auth's tables up to date, with its own migration or with drawbridge migrate up "
      "--with-better-auth";
  struct Obstacle {
    std::vector<FoundTable> found;
    schema::plan::Where where;
    std::string said;
  };
  const Obstacle obstacles[] = {
      {{table("user", user)},
       {},
       "Better Auth's table \"session\" is not in this database: set the URL of Better Auth's database; "
       "sessions "
       "that it keeps only in secondary storage are in no table"},
      {{table("user", user), table("session", {"id", "userId", "expiresAt", "ipAddress"})},
       {},
       "table \"session\" has no column token" + outdated},
      {{table("user", user), table("session", {"id", "expiresAt", "ipAddress", "token"})},
       {},
       "table \"session\" has no column userId: it is not Better Auth's"},
      {{table("people", user), table("users", user), table("session", session)},
       {},
       "several tables look like Better Auth's \"user\": \"people\", \"users\". Say which one with "
       "--user-table "
       "people (DRAWBRIDGE_USER_TABLE)"},
      {{table("user", {"name"}), table("session", session)},
       {},
       "table \"user\" has no column id" + outdated},
  };
  for (const Obstacle& obstacle : obstacles) {
    const auto statement = schema::plan::session_statement(
        schema::plan::Product::sqlite, schema::plan::layout_of(obstacle.found, obstacle.where), ":token");
    EXPECT_EQ(statement ? *statement : statement.error(), obstacle.said);
  }
}

TEST(SessionStatement, FindsItsRowsByIndexes) {
  SqliteHands hands;
  hands.run(own_tables(On::sqlite, "text", "text", "'ada'"));
  auto database = open_as_better_auth(hands.url().file);
  const auto query = schema::query_of(database);
  const auto product = schema::plan::Product::sqlite;
  const auto statement =
      schema::plan::session_statement(product, schema::plan::read_layout(product, query), "'x'").value();
  const auto steps = query("EXPLAIN QUERY PLAN " + statement);
  ASSERT_EQ(steps.size(), 2U);
  for (const auto& step : steps) EXPECT_TRUE(step.at(3)->starts_with("SEARCH")) << *step.at(3);
}

TEST(SessionStatement, MeansTheSameTimesInEachTimeZone) {
  PostgresHands hands;
  hands.run(own_tables(On::postgres, "text", "text", "'ada'"));
  pqxx::connection connection{hands.url().server};
  pqxx::nontransaction transaction{connection};
  const auto product = schema::plan::Product::postgresql;
  const auto query = schema::query_of(transaction);
  const auto statement =
      schema::plan::session_statement(product, schema::plan::read_layout(product, query), "$1").value();
  for (const char* zone : {"UTC", "Asia/Kathmandu", "America/St_Johns"}) {
    transaction.exec(std::string{"SET TimeZone = '"} + zone + "'; SET DateStyle = 'German'");
    const auto read =
        read_session_record(transaction.exec_params(statement, std::string{token})[0][0].as<std::string>());
    ASSERT_TRUE(read) << zone << ": " << read.error();
    EXPECT_EQ(read->session.expires_at, now + 7 * 24h) << zone;
    EXPECT_EQ(read->session.created_at, now - 1h) << zone;
  }
}

}  // namespace
}  // namespace drawbridge::test
