#pragma once

// What the contract suite needs of a database product, beside the Session that it tests: the hands of Better
// Auth and of the parts of the API that make tags.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "database/store.h"

namespace drawbridge::test {

/// One fresh database with Better Auth's tables and ours. Its functions throw on failure.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;

  virtual std::unique_ptr<database::Session> session(database::Access access) = 0;

  virtual void add_user(std::string_view uuid) = 0;
  virtual void delete_user(std::string_view uuid) = 0;
  /// Deletes the user's row and nothing else, as a connection without foreign keys does.
  virtual void delete_user_leaving_rows(std::string_view uuid) = 0;
  virtual std::int64_t add_tag(std::string_view user, std::string_view name, std::string_view color) = 0;
  /// Joins task and tag for that user. False when the database refuses.
  virtual bool tag_task(std::string_view user, const Uuid& task, std::int64_t tag) = 0;
  /// The rows of one of our tables.
  virtual std::int64_t count_rows(const std::string& table) = 0;
  /// Runs `body` while another connection holds the lock for writing.
  virtual void while_locked(const std::function<void()>& body) = 0;
};

struct StoreBackendMaker {
  std::string name;
  std::unique_ptr<StoreBackend> (*make)();
};

/// Shows the name alone in test names and failures.
inline void PrintTo(const StoreBackendMaker& maker, std::ostream* stream) {
  *stream << maker.name;
}

}  // namespace drawbridge::test
