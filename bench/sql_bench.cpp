// The statements that a page of 20 tasks costs, run by SQLite alone: the floor under GET …/tasks. Each row's
// every column is read; nothing is made of it.

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "api/tasks/sqlite_sql.h"

namespace drawbridge::bench {
namespace {

void require(int result, sqlite3* database) {
  if (result != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(database)};
}

/// Named in the statements, but not called while nothing is searched for.
void never_called(sqlite3_context*, int, sqlite3_value**) {
  std::abort();
}

/// A connection for reading, set up as the program's are.
class Connection {
 public:
  explicit Connection(const char* file) {
    require(sqlite3_open_v2(file, &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr), handle_);
    require(sqlite3_create_function(handle_, "letter_case_folded", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                    nullptr, never_called, nullptr, nullptr),
            handle_);
    for (const char* pragma : {"PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL",
                               "PRAGMA synchronous = FULL", "PRAGMA query_only = ON"})
      require(sqlite3_exec(handle_, pragma, nullptr, nullptr, nullptr), handle_);
  }
  ~Connection() { sqlite3_close_v2(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

class Statement {
 public:
  Statement(const Connection& connection, const char* sql) : handle_{connection.handle()} {
    require(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr), handle_);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(const char* name, const std::string& value) {
    require(sqlite3_bind_text(statement_, index_of(name), value.c_str(), static_cast<int>(value.size()),
                              SQLITE_TRANSIENT),
            handle_);
  }
  void bind(const char* name, int value) {
    require(sqlite3_bind_int(statement_, index_of(name), value), handle_);
  }

  /// Runs it to its end and gives the number of rows.
  int run() {
    int rows = 0;
    while (sqlite3_step(statement_) == SQLITE_ROW) {
      ++rows;
      for (int column = 0; column < sqlite3_column_count(statement_); ++column) read(column);
    }
    require(sqlite3_reset(statement_), handle_);
    return rows;
  }
  bool step() { return sqlite3_step(statement_) == SQLITE_ROW; }
  void reset() { sqlite3_reset(statement_); }
  std::string text(int column) const {
    return reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  }

 private:
  int index_of(const char* name) const { return sqlite3_bind_parameter_index(statement_, name); }

  void read(int column) {
    switch (sqlite3_column_type(statement_, column)) {
      case SQLITE_INTEGER:
        return benchmark::DoNotOptimize(sqlite3_column_int64(statement_, column));
      case SQLITE_TEXT:
        benchmark::DoNotOptimize(sqlite3_column_text(statement_, column));
        return benchmark::DoNotOptimize(sqlite3_column_bytes(statement_, column));
      default:
        return;
    }
  }

  sqlite3* handle_;
  sqlite3_stmt* statement_ = nullptr;
};

/// The ids of the rows of a statement, as JSON.
std::string ids_of(Statement& statement) {
  std::string ids;
  while (statement.step()) ids += (ids.empty() ? "\"" : ",\"") + statement.text(0) + '"';
  statement.reset();
  return '[' + ids + ']';
}

void page_of_tasks(benchmark::State& state, const char* file, const std::string& owner) {
  const Connection connection{file};
  constexpr auto none = api::sqlite_sql::Filter::none;
  Statement begin{connection, "BEGIN"};
  Statement count{connection, api::sqlite_sql::count_tasks(none)};
  Statement list{connection,
                 api::sqlite_sql::list_tasks(none, api::SortBy::created_at, api::Order::descending)};
  Statement tags{connection, api::sqlite_sql::tags_of_tasks};
  Statement commit{connection, "COMMIT"};
  const auto bind_list = [&] {
    list.bind(":user_id", owner);
    list.bind(":limit", 20);
    list.bind(":offset", 0);
  };
  bind_list();
  const std::string ids = ids_of(list);
  for (auto _ : state) {
    begin.run();
    count.bind(":user_id", owner);
    count.run();
    bind_list();
    const int tasks = list.run();
    tags.bind(":user_id", owner);
    tags.bind(":task_ids", ids);
    const int tagged = tags.run();
    commit.run();
    if (tasks != 20 || tagged < 40 || tagged > 60)
      state.SkipWithError("a page is 20 tasks with 2 or 3 tags each");
  }
}

}  // namespace
}  // namespace drawbridge::bench

// The first two arguments are the database and the owner's UUID, the others are the library's.
int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const char* const file = argv[1];
  const std::string owner = argv[2];
  argv[2] = argv[0];
  argc -= 2;
  argv += 2;
  benchmark::RegisterBenchmark("page of tasks", drawbridge::bench::page_of_tasks, file, owner);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << '\n';
    return 1;
  }
}
