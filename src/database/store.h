#pragma once

// The port to the database: work goes in, and is done on a thread with a session of its own.

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include "drawbridge/uuid.h"

#include "database/session.h"

namespace drawbridge::database {

/// Whose work it is, and who waits for it.
struct WorkOptions {
  std::optional<Uuid> owner{};  ///< no owner's work keeps another's waiting
  /// It may read all that the owner has. Of one owner one such piece runs at a time, and all of them together
  /// leave one reading thread free.
  bool costly = false;
  /// Work that has not begun by then is dropped.
  std::chrono::steady_clock::time_point begins_by = std::chrono::steady_clock::time_point::max();
  /// Asked to stop when nobody waits for the work any more: then work that waits is dropped, and a read that
  /// runs ends soon with an error. A write that has begun is done.
  std::stop_token gone{};
  /// Called in place of work that is dropped, or after work that threw, on any thread. What it throws is
  /// ignored.
  std::move_only_function<void()> dropped{};
};

/// Database threads, each with a Session of its own. Any thread may call.
class Store {
 public:
  using Work = std::move_only_function<void(Session&)>;

  /// Finishes the work that was taken, then ends the threads.
  virtual ~Store() = default;

  /// Runs `work` on a database thread. False when too much work is waiting: neither `work` nor `dropped` will
  /// be called. Reads do not wait for writes; one that takes longer than a read may ends with `timed_out`.
  [[nodiscard]] virtual bool read(Work work, WorkOptions options) = 0;
  [[nodiscard]] virtual bool write(Work work, WorkOptions options) = 0;

  /// The same for work that is nobody's.
  [[nodiscard]] bool read(Work work) { return read(std::move(work), {}); }
  [[nodiscard]] bool write(Work work) { return write(std::move(work), {}); }
};

}  // namespace drawbridge::database
