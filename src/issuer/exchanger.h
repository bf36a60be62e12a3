#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "drawbridge/credential_counts.h"
#include "drawbridge/remote_verifier.h"

#include "core/counts/counter.h"
#include "core/credentials/exchange_queue.h"
#include "core/credentials/exchanged_tokens.h"
#include "core/credentials/issuer_answer.h"
#include "core/credentials/session_cookie.h"
#include "core/keys/verified_subjects.h"
#include "issuer/calling_thread.h"

namespace drawbridge::fetch {

/// Where and how Better Auth is asked what a credential is worth.
struct ExchangeSource {
  std::string base_url;     ///< with its path: `https://app.example.com/api/auth`
  std::string cookie_name;  ///< of the session cookie
  /// What signs the cookies; null where it is not known. Must outlive the Exchanger.
  const SecretKeyring* secrets = nullptr;
  KeySource rules{};  ///< where one may connect; its URL is not used
  std::size_t remembered = 16'384;
  /// How long a good answer serves at most: so long a sign-out may go unseen.
  std::chrono::seconds longest_memory{30};
  /// Told of failures, one line each without a secret: the first, and one in ten seconds while they go on.
  /// Called from the answering thread, which it must not block; it must not throw.
  std::function<void(const std::string&)> on_failure{};
};

enum class ExchangedKind { session, key };

/// Performs what an ExchangeQueue decides: asks Better Auth for the JWT of a session or of an API key, has
/// the one verifier judge it, and remembers it for a while. Any number of threads may ask.
class Exchanger {
 public:
  /// The identity, or that the credential is worth nothing, may not be used yet, or cannot be judged now.
  struct Refused {
    ExchangeQueue::Outcome outcome;  ///< never `good`
    std::chrono::seconds retry_after{};
    std::string why{};       ///< one line, of what is unavailable; may be empty
    bool is_forged = false;  ///< a session whose cookie none of the secrets signed
  };
  using Result = std::expected<Identity, Refused>;
  using Done = std::function<void(Result)>;

  /// Throws std::invalid_argument for a URL that one may not connect to. `verifier` must outlive this.
  Exchanger(ExchangeSource source, RemoteVerifier& verifier);
  /// Ends the threads; whoever still waits is told `unavailable`, as is who asks meanwhile.
  ~Exchanger();
  Exchanger(const Exchanger&) = delete;
  Exchanger& operator=(const Exchanger&) = delete;

  /// The answer when it can be given at once. Otherwise nothing, and `done` is called with it later, once, 2
  /// seconds from now at the latest, from the answering thread. `client_address` as for RemoteVerifier.
  ///
  /// `cookie` is what read_session_cookie() made of `value`. Its signature is checked before anything is
  /// asked about it; one that is remembered was good when it was asked about, and costs no HMAC.
  std::optional<Result> ask_session(const SessionCookie& cookie, std::string_view value,
                                    std::string_view client_address, const Done& done);
  std::optional<Result> ask_key(std::string_view key, std::string_view client_address, const Done& done);

  CredentialCounts counts(ExchangedKind kind) const;

 private:
  struct Exchange {
    ExchangeQueue::Credential credential;
    ExchangedKind kind;
    std::string value;
    BootTime asked_at;  ///< first: what the answer says was true then
    std::optional<ShownSession> session{};
  };
  struct Arrived {
    std::uint64_t call;
    CallResult answer;
  };
  struct Judged {
    std::uint64_t call;
    std::string jwt;
    RemoteVerifier::Result result;
  };
  /// What other threads leave for the answering thread. It may outlive the Exchanger: a verifier calls back
  /// when its keys came.
  struct Inbox;
  /// Sessions and keys are asked about at different endpoints, whose limits do not concern each other.
  struct Lane {
    ExchangeQueue queue;
    std::unordered_map<ExchangeQueue::Ticket, Done> waiting{};
    CredentialCounts counts{};  ///< of what is counted under the lock
  };
  using Answers = std::vector<std::pair<Done, Result>>;

  void run();
  /// One turn of the answering thread: what came, what is due, who need not wait any longer.
  void turn(const std::vector<Arrived>& arrived, const std::vector<Judged>& judged);
  void on_arrived(const Arrived& arrived);
  void on_judged(const Judged& judged);
  void judge(std::uint64_t call, const std::string& jwt);
  void finish(std::uint64_t call, const ExchangeResult& result, const std::optional<Identity>& identity = {});
  void begin(std::uint64_t call, const Exchange& exchange);
  void answer();
  void answer_all_who_wait();
  Lane& lane_of(ExchangedKind kind) { return lanes_[static_cast<std::size_t>(kind)]; }
  /// A credential as it was sent; of a session also what was read of it.
  struct Sent {
    ExchangedKind kind;
    ExchangeQueue::Credential credential;
    std::string_view value;
    std::string_view client_address;
    const SessionCookie* cookie = nullptr;
  };
  std::optional<Result> ask(const Sent& sent, const Done& done);
  bool is_forged(const Sent& sent) const;

  // With mutex_ held:
  std::optional<Result> ask_queue(const Sent& sent, const Done& done);
  void take_waiting(Lane& lane, const std::vector<ExchangeQueue::Resolved>& resolved,
                    const std::optional<Identity>& identity, const std::string& why);

  const ExchangeSource source_;
  const DigestSecret secret_;  ///< for the numbers of addresses
  RemoteVerifier& verifier_;
  const std::shared_ptr<ExchangedTokens> tokens_;  ///< a verifier's too, which calls back when its keys came
  const std::shared_ptr<Inbox> inbox_;

  std::array<Counter, 2> remembered_;

  mutable std::mutex mutex_;  ///< guards all up to stopping_
  std::array<Lane, 2> lanes_;
  bool stopping_ = false;

  // The answering thread's own:
  std::unordered_map<std::uint64_t, Exchange> under_way_;
  std::uint64_t last_call_ = 0;
  Answers answers_;
  BootTime quiet_until_{};
  BootTime next_{};

  std::optional<CallingThread> calling_;
  std::thread thread_;
};

}  // namespace drawbridge::fetch
