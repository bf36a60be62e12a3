#include "database/postgres/connection.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/socket.h>

#include "database/postgres/url.h"
#include "database/session.h"

namespace drawbridge::database {
namespace {

constexpr std::chrono::milliseconds longest_change{5'000};
using Settings = std::vector<std::string>;

/// What is set for each use, as `name = value`.
Settings settings_of(PostgresUse use) {
  Settings settings{"TimeZone = 'UTC'", "DateStyle = 'ISO'", "client_encoding = 'UTF8'",
                    "client_min_messages = 'error'"};
  if (use == PostgresUse::migrate) {
    // A change that waits for somebody's long transaction keeps everybody else waiting behind it.
    settings.emplace_back("lock_timeout = '10s'");
    return settings;
  }
  // Shorter than what a client of the API waits, so that it hears of it.
  const auto statement = use == PostgresUse::read ? longest_statement : longest_change;
  settings.push_back(fmt::format("statement_timeout = '{}ms'", statement.count()));
  settings.insert(settings.end(),
                  {"lock_timeout = '5s'", "idle_in_transaction_session_timeout = '10s'", "jit = off"});
  // Each statement finds its rows by their owner, whatever the server's statistics say or lack: on a small
  // table it would read all rows, nearly twice as slowly as by the index, and keep that plan while the table
  // grows.
  settings.emplace_back("enable_seqscan = off");
  // And it makes the plan of a prepared statement once. Left to itself it may plan each run anew, for users
  // have more or fewer rows than the average, which takes longer than the run. A page in memory or on flash
  // costs the same wherever it is.
  settings.insert(settings.end(), {"random_page_cost = 1.1", "plan_cache_mode = 'force_generic_plan'"});
  return settings;
}

std::string set(const char* command, const Settings& settings) {
  std::string text;
  for (const std::string& setting : settings) text += fmt::format("{} {}; ", command, setting);
  return text;
}

UserColumn read_user_column(pqxx::transaction_base& transaction) {
  const pqxx::result found = transaction.exec(R"sql(
SELECT confrelid::regclass::text, quote_ident(there.attname), format_type(there.atttypid, there.atttypmod)
FROM pg_constraint
JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]
JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = confkey[1]
WHERE contype = 'f' AND conrelid = to_regclass('tasks') AND cardinality(conkey) = 1 AND here.attname = 'user_id')sql");
  if (found.empty()) return {};
  return {.table = found[0][0].c_str(), .name = found[0][1].c_str(), .type = found[0][2].c_str()};
}

/// libpqxx 6 would make a connection again, without its settings; libpqxx 7 does not, and 7.10 has no name
/// for it.
template <class Connection>
void stay_closed_once_lost(Connection& connection) {
  if constexpr (requires { connection.inhibit_reactivation(true); }) connection.inhibit_reactivation(true);
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

std::string state_of(const pqxx::failure& error) {
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  const auto* const sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql == nullptr ? std::string{} : sql->sqlstate();
}

bool is_of_class(const std::string& state, std::string_view code) {
  return std::string_view{state}.starts_with(code);
}

bool says(const pqxx::failure& error, std::string_view words) {
  return std::string_view{error.what()}.contains(words);
}

}  // namespace

PostgresConnection::PostgresConnection(const std::string& url, PostgresUse use, StallWatch::Place* place)
    : connection_{postgres_connection_text(url)} {
  stay_closed_once_lost(connection_);
  std::optional<Watched> watched;
  if (place != nullptr) watched.emplace(*place, socket());
  pqxx::nontransaction setup{connection_};
  // A pooler gives its clients a number of its own, since the server's changes.
  is_pooled_ = setup.exec1("SELECT pg_backend_pid()")[0].as<int>() != connection_.backendpid();
  Settings settings = settings_of(use);
  if (is_pooled_) {
    transaction_settings_ = set("SET LOCAL", settings);
    return;
  }
  if (use == PostgresUse::read) settings.emplace_back("default_transaction_read_only = on");
  setup.exec(set("SET", settings));
}

bool PostgresConnection::is_usable() const {
  pollfd waiting{.fd = connection_.sock(), .events = POLLIN | POLLRDHUP, .revents = 0};
  return waiting.fd >= 0 && poll(&waiting, 1, 0) == 0;
}

void PostgresConnection::abandon() {
  shutdown(socket(), SHUT_RDWR);
}

const std::string& PostgresConnection::known_as(pqxx::transaction_base& transaction, const char* sql) {
  const auto found = known_.find(sql);
  if (found != known_.end()) return found->second;
  if (!user_column_) user_column_ = read_user_column(transaction);
  std::string text = for_user_column(sql, *user_column_);
  if (is_pooled_) return known_.emplace(sql, std::move(text)).first->second;
  std::string name = fmt::format("drawbridge_{}", known_.size());
  connection_.prepare(name, text);
  return known_.emplace(sql, std::move(name)).first->second;
}

const std::string& PostgresConnection::prepared_as_written(const std::string& sql) {
  const auto found = as_written_.find(sql);
  if (found != as_written_.end()) return found->second;
  std::string name = fmt::format("drawbridge_as_written_{}", as_written_.size());
  connection_.prepare(name, sql);
  return as_written_.emplace(sql, std::move(name)).first->second;
}

std::string describe(const pqxx::failure& error) {
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr) {
    return "the connection to the database was lost while a change was being committed: it may have been "
           "made";
  }
  const std::string state = state_of(error);
  if (state == "25006")
    return "the database accepts no writes at the moment: it is read-only, for example a standby";
  if (state == "53300" || says(error, "too many clients") || says(error, "too many connections") ||
      says(error, "remaining connection slots")) {
    return "the database has too many connections";
  }
  if (state == "57014") return "the database took longer than a statement is allowed to take";
  if (state == "55P03") return "the database is busy: another connection holds a lock";
  if (is_of_class(state, "57P")) return "the database is being stopped or started";
  if (is_of_class(state, "08")) {
    // A pooler's own refusals are of this class: no connection was free in time, for example.
    return fmt::format("the connection to the database was lost: {}", first_line(error.what()));
  }
  if (is_of_class(state, "53")) return "the database is out of resources: disk, memory or another limit";
  if (state == "42501") {
    // Names a table, never a value.
    return fmt::format("the database role is not allowed to do this: {}", first_line(error.what()));
  }
  if (is_of_class(state, "42"))
    return fmt::format("the database refused a statement: {}", first_line(error.what()));
  if (!state.empty()) return fmt::format("the database failed with SQLSTATE {}", state);
  // libpqxx looks for the encoding of the refusal, and what the refusal said is lost with the connection.
  if (says(error, "Could not obtain client encoding")) {
    return "the database cannot be reached: the connection was lost before a statement was answered. A "
           "pooler without transactions does that (pool_mode = statement): set it to transaction or session";
  }
  return fmt::format("the database cannot be reached: {}", first_line(error.what()));
}

bool spoils_connection(const pqxx::failure& error) {
  const std::string state = state_of(error);
  return state.empty() || state == "25006" || is_of_class(state, "57P") || is_of_class(state, "08");
}

bool may_be_repeated(const pqxx::failure& error) {
  const std::string state = state_of(error);
  return state == "40001" || state == "40P01";
}

bool is_refused_change(const pqxx::failure& error) {
  const std::string state = state_of(error);
  return is_of_class(state, "0A") || is_of_class(state, "42") || is_of_class(state, "2B") || state == "55000";
}

std::string server_text(const pqxx::failure& error) {
  return std::string{first_line(error.what())};
}

bool is_cancelled(const pqxx::failure& error) {
  return state_of(error) == "57014";
}

bool is_foreign_key_violation(const pqxx::failure& error) {
  return state_of(error) == "23503";
}

bool is_uniqueness_violation(const pqxx::failure& error) {
  return state_of(error) == "23505";
}

bool is_refused_value(const pqxx::failure& error) {
  const std::string state = state_of(error);
  return (is_of_class(state, "23") && state != "23503") || is_of_class(state, "22");
}

bool user_exists(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner) {
  return !connection.run(transaction, find_user, owner.text()).empty();
}

bool lock_user(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner,
               UserLock lock) {
  const char* const sql = lock == UserLock::shared ? share_user : lock_user_alone;
  return !connection.run(transaction, sql, owner.text()).empty();
}

std::unexpected<StoreError> nothing_written(PostgresConnection& connection,
                                            pqxx::transaction_base& transaction, const Uuid& owner) {
  return user_exists(connection, transaction, owner) ? not_found() : user_unknown();
}

std::string array_of(std::span<const std::int64_t> ids) {
  return fmt::format("{{{}}}", fmt::join(ids, ","));
}

}  // namespace drawbridge::database
