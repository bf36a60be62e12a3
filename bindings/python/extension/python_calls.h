#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include <nanobind/nanobind.h>

#include "python_call.h"

namespace drawbridge::python {

/// The end of the interpreter. A thread that asks for the GIL then is ended by Python in the middle of its
/// C++ frames, which ends the process with an error; so nobody asks any more.
class InterpreterEnd {
 public:
  /// From now on nobody asks. Waits, for a second at most, for those who have the GIL or ask for it already.
  /// Needs the GIL.
  static void begin();

 private:
  friend class PythonAccess;
  friend class WithoutGil;

  /// For whoever does not end it: that thread has the GIL as before.
  static bool has_begun() { return begun_ && std::this_thread::get_id() != thread_; }

  static inline std::atomic<int> inside_{0};
  static inline std::atomic<bool> begun_{false};
  static inline std::thread::id thread_;  ///< written before `begun_`
};

/// The GIL, for a thread that may not have it, unless the interpreter ends.
class PythonAccess {
 public:
  PythonAccess() {
    ++InterpreterEnd::inside_;
    if (!InterpreterEnd::has_begun()) gil_.emplace();
  }
  ~PythonAccess() {
    gil_.reset();
    --InterpreterEnd::inside_;
  }
  PythonAccess(const PythonAccess&) = delete;
  PythonAccess& operator=(const PythonAccess&) = delete;

  /// Whether Python may be called. Otherwise what it owns is left to the end of the process.
  explicit operator bool() const { return gil_.has_value(); }

 private:
  std::optional<nanobind::gil_scoped_acquire> gil_;
};

/// Calls what is written in Python. A thread that Python ends meanwhile goes no further than there: nanobind
/// would take that for an exception, and the process would crash. Throws nanobind::python_error.
template <typename... Arguments>
nanobind::object call_python(const nanobind::object& callable, const Arguments&... arguments) {
  const std::array<PyObject*, sizeof...(arguments)> given{arguments.ptr()...};
  PyObject* const result = drawbridge_call(callable.ptr(), given.data(), given.size());
  if (!result) throw nanobind::python_error{};
  return nanobind::steal(result);
}

/// Lets go of the GIL while it lives. A thread that would take it again when the interpreter ends stays here,
/// as Python itself has it from 3.14 on.
class WithoutGil {
 public:
  WithoutGil() : thread_{PyEval_SaveThread()} {}
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* thread_;
};

/// Marks, while it lives, that this thread is a verifier's own and runs Python code. Whatever Python code
/// runs there may collect garbage, the verifier itself included, and a thread cannot wait for its own end.
class InVerifiersThread {
 public:
  InVerifiersThread() { ++depth_; }
  ~InVerifiersThread() { --depth_; }
  InVerifiersThread(const InVerifiersThread&) = delete;
  InVerifiersThread& operator=(const InVerifiersThread&) = delete;

  static bool now() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

/// Calls from a thread that has no caller to throw at: an exception goes to sys.unraisablehook. Needs the
/// GIL.
template <typename... Arguments>
void call_and_report(const nanobind::object& callable, Arguments&&... arguments) {
  try {
    callable(std::forward<Arguments>(arguments)...);
  } catch (nanobind::python_error& error) {
    error.discard_as_unraisable(callable);
  }
}

}  // namespace drawbridge::python
