#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <nanobind/nanobind.h>

#include "drawbridge/remote_verifier.h"

namespace drawbridge::python {

/// An answer that is not there yet, shared by the answering thread, which gives it, and by Python, which
/// waits.
class Pending {
 public:
  using Result = RemoteVerifier::Result;

  ~Pending();

  /// From the answering thread, once, without the GIL, which it takes to call who waits.
  void resolve(Result result);

  /// Calls `wake()` when the answer is there: from the answering thread, or at once. Needs the GIL.
  void on_done(nanobind::object wake);

  /// The identity, or the refusal as an exception. Only when it is done. Needs the GIL.
  Identity result() const;

 private:
  mutable std::mutex mutex_;  ///< never held while the GIL is waited for
  std::optional<Result> result_;
  nanobind::object wake_;
};

void bind_pending(nanobind::module_& module);

}  // namespace drawbridge::python
