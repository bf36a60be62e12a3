#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "http/limits.h"

namespace drawbridge::http {

/// Decides what one client's connection does next, and when it has taken too long. Sans-IO: its driver
/// reports what happened, with the time, and carries out the action that it gets back.
///
/// At most one read or write is under way, none in the phase `deciding`. The driver reports how each ended,
/// also after it has closed the socket. It looks at the client now and then while another thread decides.
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

  /// What another thread does for the connection.
  enum class Errand {
    authentication,  ///< finds out who asks
    work,            ///< waits for the database, then works there
    stoppable_work,  ///< the same, for this client alone, and leaves no trace when it is stopped
  };

  enum class Action {
    nothing,
    read,         ///< once more
    scan_head,    ///< of what has been read
    take_body,    ///< from what has been read
    go_on,        ///< with what the other thread found out
    cancel,       ///< the read or write under way
    refuse_slow,  ///< answer that the request did not arrive in time
    /// Answer that the database has too much to do, if the work there has not begun: on_given_up() then says
    /// that it never will.
    give_up_waiting,
    give_up,    ///< answer that it could not be decided in time
    stop_work,  ///< that the other thread does, as far as it can be stopped
    linger,     ///< send no more, then discard
    discard,    ///< what has been read, and read on
    close,      ///< the socket; the connection stays until the other thread has come back
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

  /// Another thread works for the connection from now on, until on_came_back() or on_given_up().
  void on_handed_over(Errand errand, Time now);
  /// The work is not done, and will not come back.
  void on_given_up() { handed_over_ = false; }
  /// `nothing` when the answer was given without it.
  Action on_came_back();

  /// While another thread decides: the client has sent all that it will send. It may still read.
  Action on_half_closed(Time now);

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
  /// Since when.
  Time since() const { return since_; }
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
  Time since_;
  Time deadline_;
  Time request_began_;
  Errand errand_ = Errand::authentication;
  bool handed_over_ = false;
  bool may_wait_ = false;  ///< the work may not have begun
  std::optional<Time> half_closed_since_;
  bool too_slow_ = false;  ///< the read or write under way is being cancelled
  bool stopping_ = false;
  bool kept_ = false;
  bool leaves_unread_ = false;
  std::size_t lingered_ = 0;  ///< bytes thrown away
};

}  // namespace drawbridge::http
