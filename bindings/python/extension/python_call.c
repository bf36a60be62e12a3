#include "python_call.h"

#include <pthread.h>
#include <unistd.h>

void drawbridge_stay(void* unused) {
  (void)unused;
  for (;;) sleep(3600);
}

PyObject* drawbridge_call(PyObject* callable, PyObject* const* arguments, size_t count) {
  PyObject* result;
  pthread_cleanup_push(drawbridge_stay, NULL);
  result = PyObject_Vectorcall(callable, arguments, count, NULL);
  pthread_cleanup_pop(0);
  return result;
}
