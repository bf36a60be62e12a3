#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <stop_token>

#include "drawbridge/uuid.h"

namespace drawbridge::database {

/// Decides which piece of work a database thread takes next, so that nobody's work keeps others from theirs.
/// Sans-IO: its driver says what comes, which thread is free and what has ended, with the time.
///
/// Each owner has a line, and the lines take turns. In a line pieces come in their order, but that costly
/// ones wait while another costly one of that owner runs. Costly work of all owners together leaves one
/// thread free. A piece that was not begun in time, or that nobody waits for any more, gives up its place and
/// is dropped: at the latest when it is at the head of its line, or when its place is wanted.
class WorkQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The driver's name for a piece; none is there twice.
  using Ticket = std::uint64_t;

  struct Piece {
    std::optional<Uuid> owner{};  ///< what is nobody's has a line of its own
    bool costly = false;
    Time begins_by = Time::max();
    std::stop_token gone{};  ///< whoever waits for it
  };

  /// `places`: how many pieces may wait or run.
  WorkQueue(std::size_t threads, std::size_t places);

  /// False when all places are taken. When it throws for want of memory, nothing has changed.
  bool add(Ticket ticket, Piece piece, Time now);

  /// What a free thread begins now. Nothing: it waits until something is added or ends. Takes no memory.
  std::optional<Ticket> next(Time now);
  /// Of a piece that next() gave. Whether something that waits for it may begin now, on this thread or
  /// another.
  bool end(Ticket ticket);

  /// One that was dropped, each once; nothing when there is none. Takes no memory.
  std::optional<Ticket> next_dropped();

  std::size_t waiting() const { return waiting_; }

 private:
  struct Entry {
    Ticket ticket;
    Piece piece;
  };
  using Entries = std::list<Entry>;
  struct Line {
    Entries quick;
    Entries costly;
    bool costly_runs = false;
  };
  using Lines = std::map<std::optional<Uuid>, Line>;

  void drop_from(Entries& entries, Entries::iterator entry);
  void drop_late_heads(Line& line, Time now);
  void drop_all_late(Time now);
  /// The entries of the line whose head may begin now; null when there is none.
  Entries* ready_in(Line& line);
  void forget_if_empty(Lines::iterator line);

  const std::size_t most_costly_;
  const std::size_t places_;
  Lines lines_;
  std::list<Lines::iterator> turns_;  ///< the first is asked first
  Entries running_;
  Entries dropped_;
  std::size_t waiting_ = 0;
  std::size_t costly_running_ = 0;
};

}  // namespace drawbridge::database
