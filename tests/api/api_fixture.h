#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/sinks/ostream_sink.h>

#include "api/health/issuer_status.h"
#include "database/threaded_store.h"
#include "http/server.h"
#include "tests/database/store_backend.h"
#include "tests/support/raw_client.h"

namespace drawbridge::test {

inline const std::string alice = "aaaaaaaa-0000-4000-8000-000000000001";
inline const std::string bob = "bbbbbbbb-0000-4000-8000-000000000002";

/// Takes bearer tokens and knows a few by name: `alice` and `bob` are good; `alice-later` is good but
/// answered from another thread; `held` waits for release(); `expired` and `outage` are refused with their
/// codes; all else is `token_malformed`. Without a token a cookie `as=alice` or a key `alice` is the same;
/// `signed-out` and `foreign` are refused as cookies are.
class FakeAuthenticator final : public http::Authenticator {
 public:
  ~FakeAuthenticator() override;
  std::optional<Result> authenticate(const Credentials& credentials,
                                     std::function<void(Result)> done) override;
  api::IssuerStatus issuer_status() const {
    return {{.state = keys, .usable_keys = 1, .age = {}, .last_failure = {}}, revocations};
  }

  /// Answers those who wait with Alice's identity.
  void release();
  std::size_t held();
  int asked();
  /// As the last request was said to come from.
  std::string last_address();
  /// What the last request carried: method, Authorization, Cookie, x-api-key, Origin and Sec-Fetch-Site, the
  /// values of one header joined by ` + `, a part a line.
  std::string last_credentials();

  KeyStatus::State keys = KeyStatus::State::fresh;
  RevocationStatus revocations{};

 private:
  std::mutex mutex_;
  std::vector<std::function<void(Result)>> held_;
  std::list<std::jthread> threads_;
  int asked_ = 0;
  std::string last_address_;
  std::string last_credentials_;
};

/// A store in front of another that can hold back its work, or refuse it.
class HeldStore final : public database::Store {
 public:
  explicit HeldStore(database::Store& store) : store_{store} {}

  using Store::read;
  using Store::write;
  bool read(Work work, database::WorkOptions options) override {
    return pass({std::move(work), std::move(options), true});
  }
  bool write(Work work, database::WorkOptions options) override {
    return pass({std::move(work), std::move(options), false});
  }

  void hold();
  /// Waits until that many pieces of work are held.
  void wait_for(std::size_t held);
  void release();
  void refuse(bool refuses);
  /// How much work was given to it, held or not.
  int given();

  struct Seen {
    std::optional<Uuid> owner;
    bool costly;
    bool can_stop;
  };
  /// Of the work that came last.
  Seen last();

 private:
  struct Held {
    Work work;
    database::WorkOptions options;
    bool reads;
  };
  bool pass(Held held);
  bool pass_on(Held held);

  database::Store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool holds_ = false;
  bool refuses_ = false;
  int given_ = 0;
  Seen last_{};
  std::vector<Held> held_;
};

/// The API on a fresh SQLite database with the users Alice and Bob, on a free port.
class Api {
 public:
  /// What tests shorten or narrow.
  struct Options {
    http::Limits limits{};
    unsigned threads = 1;
    http::EventLog::Format log_format = http::EventLog::Format::text;
    std::size_t max_connections = 1'000;
    std::optional<http::TrustedProxies> trusted_proxies{};
    CredentialKinds credentials{};
  };

  Api();
  explicit Api(Options options);

  /// How often something had to go for that reason.
  std::uint64_t shed(http::Shed reason) const {
    return counts.seen().sheds.at(static_cast<std::size_t>(reason));
  }
  RawClient connect() const { return RawClient{server->port()}; }
  /// One request on a connection of its own. Throws std::bad_optional_access when there is no answer.
  Answer request(std::string_view raw) const;
  /// The same from parts; a body is JSON.
  Answer call(std::string_view method, const std::string& target, std::string_view token,
              std::string_view body = "") const;

  std::unique_ptr<StoreBackend> backend;
  FakeAuthenticator authenticator;
  std::ostringstream log_text;
  http::EventLog log;
  database::ThreadedStore database;
  HeldStore store{database};
  http::Routes routes;
  http::Counts counts;
  std::unique_ptr<http::Server> server;
};

/// `/api/v1/<user>/tasks`
std::string tasks_of(const std::string& user);
/// A whole request; `lines` are further header lines, each with its CR LF.
std::string raw_request(std::string_view method, std::string_view target, std::string_view token,
                        std::string_view lines = "", std::string_view body = "");

inline constexpr std::string_view allowed_origin = "http://localhost:3000";

}  // namespace drawbridge::test
