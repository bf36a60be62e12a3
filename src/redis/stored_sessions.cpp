#include "redis/stored_sessions.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/credentials/secondary_storage.h"
#include "core/credentials/session_record.h"
#include "database/threaded_store.h"
#include "issuer/without_signals.h"
#include "redis/connection.h"

namespace drawbridge::redis {
namespace {

constexpr std::chrono::milliseconds between_attempts{500};
/// Enough to see that a record is too large, whatever a user has put into it.
constexpr std::size_t most_of_a_record = max_session_record_size + 1;

using Value = std::expected<std::optional<std::string>, std::string>;

/// What one thread of the store reads with. Of a database's session it has the place alone.
class RedisSession final : public database::Session {
 public:
  RedisSession(RedisUrl url, StoredSessions options) : url_{std::move(url)}, options_{std::move(options)} {}

  SessionStore::Found find(std::string_view token) {
    auto json = get(session_key(options_.prefix, token));
    if (!json) return std::unexpected{sentence(json.error())};
    if (!*json) return std::nullopt;
    SessionStore::Record record{.json = **std::move(json)};
    const auto key = revocation_key(options_.prefix, record.json);
    if (!key) return record;
    const auto before = get(*key);
    if (!before) return std::unexpected{sentence(before.error())};
    if (!*before) return record;
    record.revoked_before = read_revocation(**before);
    if (!record.revoked_before)
      return std::unexpected{sentence("the time at which all the user's sessions ended is not a time")};
    return record;
  }

 private:
  std::optional<database::StoreError> run(const Use&) override {
    return database::StoreError{.kind = database::StoreError::Kind::internal,
                                .text = "Redis is not a database"};
  }

  static std::string sentence(std::string_view fault) {
    return fmt::format("The sessions in Redis cannot be read: {}.", fault);
  }

  /// To read twice does no harm, so a connection that the server has closed meanwhile is replaced. A server
  /// that took too long is not asked twice: who waits has waited long enough, and so have the others.
  Value get(const std::string& key) {
    const bool is_new = connection_ == nullptr;
    if (auto fault = connect()) return std::unexpected{*std::move(fault)};
    auto value = connection_->get(key, most_of_a_record);
    if (!connection_->is_lost()) return value;
    const bool was_cut = !connection_->has_timed_out();
    connection_.reset();
    if (is_new || !was_cut) return value;
    if (auto fault = connect()) return std::unexpected{*std::move(fault)};
    value = connection_->get(key, most_of_a_record);
    if (connection_->is_lost()) connection_.reset();
    return value;
  }

  std::optional<std::string> connect() {
    if (connection_) return std::nullopt;
    if (std::chrono::steady_clock::now() < connect_again_at_) return last_fault_;
    auto opened = RedisConnection::open(url_, options_.ca_file);
    if (opened) {
      connection_ = *std::move(opened);
      return std::nullopt;
    }
    last_fault_ = std::move(opened.error());
    connect_again_at_ = std::chrono::steady_clock::now() + between_attempts;
    return last_fault_;
  }

  const RedisUrl url_;
  const StoredSessions options_;
  std::unique_ptr<RedisConnection> connection_{};
  std::string last_fault_{};
  std::chrono::steady_clock::time_point connect_again_at_{};
};

}  // namespace

std::unique_ptr<SessionStore> open_stored_sessions(const RedisUrl& url, const StoredSessions& options) {
  const fetch::WithoutSignals inherited_by_the_threads;  // hiredis writes to connections that have ended
  auto store = std::make_unique<database::ThreadedStore>(
      [&](database::Access) { return std::make_unique<RedisSession>(url, options); },
      database::ThreadedStore::Options{.readers = options.readers,
                                       .longest_read = options.reads.longest_wait});
  return std::make_unique<database::SessionReads>(
      std::move(store),
      [](database::Session& session, std::string_view token) {
        return static_cast<RedisSession&>(session).find(token);  // the store has no other ones
      },
      options.reads);
}

}  // namespace drawbridge::redis
