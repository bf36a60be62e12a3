#include "schema/stored_sessions.h"

#include <mutex>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "database/open_store.h"
#include "schema/session_row.h"

namespace drawbridge::schema {
namespace {

/// The statement, shared by the connections.
class KnownStatement {
 public:
  explicit KnownStatement(std::chrono::milliseconds longest_known) : longest_known_{longest_known} {}

  /// Nothing where it is to be found out.
  std::shared_ptr<const std::string> get() const {
    const std::lock_guard lock{mutex_};
    return std::chrono::steady_clock::now() < known_until_ ? text_ : nullptr;
  }
  std::shared_ptr<const std::string> set(std::string text) {
    auto known = std::make_shared<const std::string>(std::move(text));
    const std::lock_guard lock{mutex_};
    text_ = known;
    known_until_ = std::chrono::steady_clock::now() + longest_known_;
    return known;
  }
  void forget() {
    const std::lock_guard lock{mutex_};
    text_ = nullptr;
  }

 private:
  const std::chrono::milliseconds longest_known_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> text_{};
  std::chrono::steady_clock::time_point known_until_{};
};

database::SessionReads::Look look_for(const StoredSessions& options) {
  return [where = options.where, known = std::make_shared<KnownStatement>(options.longest_known)](
             database::Session& session, std::string_view token) -> SessionStore::Found {
    auto row = session.without_owner([&](auto& connection) -> database::Result<std::optional<std::string>> {
      auto statement = known->get();
      if (!statement) {
        auto found = session_statement_of(connection, where);
        if (!found) return std::unexpected{std::move(found.error())};
        statement = known->set(*std::move(found));
      }
      return session_row(connection, *statement, token);
    });
    if (!row) {
      known->forget();
      return std::unexpected{
          fmt::format("The sessions in the database cannot be read: {}.", row.error().text)};
    }
    if (!*row) return std::nullopt;
    return SessionStore::Record{.json = **std::move(row)};
  };
}

}  // namespace

std::unique_ptr<SessionStore> open_stored_sessions(const database::DatabaseUrl& url,
                                                   const StoredSessions& options) {
  return std::make_unique<database::SessionReads>(
      database::open_store(url, {.readers = options.readers, .longest_read = options.reads.longest_wait}),
      look_for(options), options.reads);
}

}  // namespace drawbridge::schema
