#include "python_calls.h"

#include <chrono>
#include <thread>

namespace drawbridge::python {

void InterpreterEnd::begin() {
  thread_ = std::this_thread::get_id();
  begun_ = true;
  const nanobind::gil_scoped_release no_gil;
  for (int turn = 0; turn < 1000 && inside_ > 0; ++turn)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

WithoutGil::~WithoutGil() {
  ++InterpreterEnd::inside_;
  if (InterpreterEnd::has_begun()) {
    --InterpreterEnd::inside_;
    drawbridge_stay(nullptr);
  }
  PyEval_RestoreThread(thread_);
  --InterpreterEnd::inside_;
}

}  // namespace drawbridge::python
