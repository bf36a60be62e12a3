#pragma once

// The port to the database: work goes in, and is done on a thread with a session of its own.

#include <functional>

#include "database/session.h"

namespace drawbridge::database {

/// Database threads, each with a Session of its own. Any thread may call.
class Store {
 public:
  using Work = std::move_only_function<void(Session&)>;

  /// Finishes the work that was taken, then ends the threads.
  virtual ~Store() = default;

  /// Runs `work` on a database thread. False when too much work is waiting: `work` will not be run.
  /// Reads do not wait for writes.
  [[nodiscard]] virtual bool read(Work work) = 0;
  [[nodiscard]] virtual bool write(Work work) = 0;
};

}  // namespace drawbridge::database
