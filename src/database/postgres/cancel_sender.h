#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace drawbridge::database {

class PostgresConnection;

/// Sends the requests that end a statement for which nobody waits any more. Each goes over a connection of
/// its own and blocks, so that neither those who notice nor those who wait for the statement may send it.
class CancelSender {
 public:
  CancelSender();

  /// One statement that may be cancelled, or several after each other. Made, ended and destroyed by the
  /// thread that runs them; lives at most as long as the sender and the connection.
  class Cancellable {
   public:
    Cancellable(CancelSender& sender, PostgresConnection& connection, const std::stop_token& gone);
    ~Cancellable();
    Cancellable(const Cancellable&) = delete;
    Cancellable& operator=(const Cancellable&) = delete;

    /// From now on nothing is sent. Waits while something is. Whether a request was sent, which may reach the
    /// server late: the next statement would suffer from it.
    bool end();

   private:
    friend class CancelSender;
    struct Ask {
      Cancellable& cancellable;
      void operator()() const { cancellable.sender_.want(cancellable); }
    };

    CancelSender& sender_;
    PostgresConnection& connection_;
    bool is_wanted_ = false;  // these under the sender's lock
    bool is_sending_ = false;
    bool was_sent_ = false;
    std::optional<std::stop_callback<Ask>> on_gone_;
  };

 private:
  void want(Cancellable& cancellable);
  void send_all(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Cancellable*> wanted_;
  std::jthread thread_;
};

}  // namespace drawbridge::database
