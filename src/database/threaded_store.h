#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "database/session.h"
#include "database/store.h"
#include "database/store_counts.h"

namespace drawbridge::database {

/// Makes one session; called in the constructor of a ThreadedStore only.
using SessionFactory = std::function<std::unique_ptr<Session>(Access)>;

/// A Store with threads for reading and threads for writing, each with a session of its own. A writer that
/// waits for another process's lock keeps no reader waiting. With one writer, the writes of each owner are
/// done in the order in which they were given.
///
/// Who is next a WorkQueue decides. What work throws ends that work alone. It must not call the store that
/// runs it.
class ThreadedStore final : public Store {
 public:
  struct Options {
    std::size_t readers = 2;
    std::size_t writers = 1;
    /// How much work of each kind may wait or run; more is refused.
    std::size_t queue = 1'024;
    /// How long a read may take from when it has begun.
    std::chrono::milliseconds longest_read = longest_statement;
    /// Where the work is counted, if anywhere. Outlives the store.
    StoreCounts* counts = nullptr;
  };

  ThreadedStore(const SessionFactory& make_session, Options options);
  ~ThreadedStore() override;

  using Store::read;
  using Store::write;
  [[nodiscard]] bool read(Work work, WorkOptions options) override;
  [[nodiscard]] bool write(Work work, WorkOptions options) override;

 private:
  class Crew;
  std::unique_ptr<Crew> readers_;
  std::unique_ptr<Crew> writers_;
};

}  // namespace drawbridge::database
