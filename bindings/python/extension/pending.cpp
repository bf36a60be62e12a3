#include "pending.h"

#include <stdexcept>
#include <utility>

#include <nanobind/stl/shared_ptr.h>

#include "error_bindings.h"
#include "python_calls.h"

namespace nb = nanobind;

namespace drawbridge::python {

Pending::~Pending() {
  if (!wake_.is_valid()) return;
  // The answering thread may hold the last reference.
  const PythonAccess python;
  if (python)
    wake_.reset();
  else
    static_cast<void>(wake_.release());
}

void Pending::resolve(Result result) {
  {
    const std::lock_guard lock{mutex_};
    result_ = std::move(result);
  }
  const InVerifiersThread here;
  const PythonAccess python;
  if (!python) return;
  // Set with the GIL held, so it cannot change now.
  nb::object wake = std::move(wake_);
  if (wake.is_valid()) call_and_report(wake);
}

void Pending::on_done(nb::object wake) {
  bool done = false;
  {
    const std::lock_guard lock{mutex_};
    done = result_.has_value();
    if (!done) wake_ = wake;
  }
  if (done) wake();
}

Identity Pending::result() const {
  std::optional<Result> result;
  {
    const std::lock_guard lock{mutex_};
    result = result_;
  }
  if (!result) throw std::logic_error{"the answer is not there yet"};
  if (!*result) raise(result->error());
  return **result;
}

void bind_pending(nb::module_& module) {
  nb::class_<Pending>{module, "Pending", nb::is_final()}
      .def("on_done", &Pending::on_done, nb::arg("wake"))
      .def("result", &Pending::result);
}

}  // namespace drawbridge::python
