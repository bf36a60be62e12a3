#pragma once

#include <nanobind/nanobind.h>

namespace drawbridge::python {

/// Marks, while it lives, that this thread runs Python code for a verifier's fetching thread. Whatever Python
/// code runs there may collect garbage, the verifier itself included, and a thread cannot wait for its own end.
class InFetchingThread {
 public:
  InFetchingThread() { ++depth_; }
  ~InFetchingThread() { --depth_; }
  InFetchingThread(const InFetchingThread&) = delete;
  InFetchingThread& operator=(const InFetchingThread&) = delete;

  static bool now() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

/// Calls from a thread that has no caller to throw at: an exception goes to sys.unraisablehook. Needs the GIL.
template <typename... Arguments>
void call_and_report(const nanobind::object& callable, Arguments&&... arguments) {
  try {
    callable(std::forward<Arguments>(arguments)...);
  } catch (nanobind::python_error& error) {
    error.discard_as_unraisable(callable);
  }
}

}  // namespace drawbridge::python
