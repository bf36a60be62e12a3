#pragma once

#include <chrono>
#include <cstddef>

#include "http/limits.h"

namespace drawbridge::http {

/// Decides what one client's connection does next, and when it has taken too long. Sans-IO: its driver
/// reports what happened, with the time, and carries out the action that it gets back.
///
/// At most one read or write is under way, none in the phase `deciding`. The driver reports how each ended,
/// also after it has closed the socket.
class ConnectionPhases {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Phase {
    waiting,    ///< for the first byte of a request
    head,       ///< of a request is being read
    deciding,   ///< another thread finds out who asks, or works on the database
    body,       ///< is being read
    writing,    ///< the answer
    lingering,  ///< answered for the last time; what the client still sends is thrown away
    closed,
  };

  enum class Action {
    nothing,
    read,         ///< once more
    scan_head,    ///< of what has been read
    take_body,    ///< from what has been read
    go_on,        ///< with what the other thread found out
    cancel,       ///< the read or write under way
    refuse_slow,  ///< answer that the request did not arrive in time
    linger,       ///< send no more, then discard
    discard,      ///< what has been read, and read on
    close,        ///< the socket; the connection stays until the other thread has come back
    close_and_forget,
    forget,
  };

  /// What the driver knows about a request when its answer is ready.
  struct Answered {
    bool asks_to_keep = false;   ///< the client wants to send more requests
    bool is_malformed = false;   ///< the request is: where the next one begins is not certain
    bool leaves_unread = false;  ///< part of the request was not read
  };
  /// What the client has sent beyond the requests that were answered.
  struct SentMore {
    bool is_read = false;
    bool waits_in_socket = false;  ///< asked only when the connection is not kept
  };

  /// The driver begins to read. `limits` must outlive it.
  ConnectionPhases(const Limits& limits, Time now);

  Action on_read(std::size_t size, Time now);
  Action on_continue_sent();
  Action on_written(SentMore more, Time now);
  /// A read or write ended with an error.
  Action on_failed();

  /// Another thread works for the connection from now on, until on_came_back().
  void on_handed_over();
  Action on_came_back();

  /// The head has been read, and its body is wanted.
  void on_body_wanted(Time now);
  /// The answer is written next.
  void on_answered(Answered request, Time now);

  /// Comes now and then: ends what has taken too long.
  Action on_sweep(Time now);
  /// The server stops: the last request is the one that has begun, or of which bytes wait in the socket.
  Action on_stop(bool bytes_wait);
  /// The server closes it, whatever it does.
  Action on_close();

  Phase phase() const { return phase_; }
  /// Whether another request may follow the answer.
  bool is_kept() const { return kept_; }
  /// When the first byte of the request came.
  Time request_began() const { return request_began_; }

 private:
  void enter(Phase phase, std::chrono::milliseconds limit, Time now);
  Action begin_request(Time now);
  Action close();
  /// The read or write that ended was cancelled by a sweep.
  Action refuse_slow();

  const Limits& limits_;
  Phase phase_ = Phase::waiting;
  Time deadline_;
  Time request_began_;
  bool handed_over_ = false;
  bool too_slow_ = false;  ///< the read or write under way is being cancelled
  bool stopping_ = false;
  bool kept_ = false;
  bool leaves_unread_ = false;
  std::size_t lingered_ = 0;  ///< bytes thrown away
};

}  // namespace drawbridge::http
