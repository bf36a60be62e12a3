#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "issuer/http_call.h"

namespace drawbridge::fetch {

/// Makes HTTP calls, several at a time, on a thread that nobody waits for, as FetchingThread does. Who calls
/// bounds how many are under way.
class CallingThread {
 public:
  /// Called once for each begin(), from the thread, and never again once the destructor has returned. It must
  /// not call back.
  using Deliver = std::function<void(std::uint64_t call, CallResult answer)>;

  /// The rules for where one may connect are those of `source`.
  CallingThread(const KeySource& source, Deliver deliver);
  /// Breaks off what is under way. A thread that does not come back within a second is left to end by itself.
  ~CallingThread();
  CallingThread(const CallingThread&) = delete;
  CallingThread& operator=(const CallingThread&) = delete;

  /// Returns at once. `call` is for Deliver, and no other call under way has it.
  void begin(std::uint64_t call, HttpCall what);

 private:
  struct State;

  std::shared_ptr<State> state_;  ///< the thread's too, which may outlive this
  std::thread thread_;
};

}  // namespace drawbridge::fetch
