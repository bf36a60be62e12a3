#pragma once

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Never returns.
#ifdef __cplusplus
[[noreturn]]
#endif
void drawbridge_stay(void* unused);

/// As PyObject_Vectorcall without names. At the end of the interpreter Python before 3.14 ends a daemon
/// thread in the middle of such a call, by pthread_exit, which unwinds the frames of who called; the thread
/// stays here instead. Written in C, where that needs no exceptions: glibc unwinds by its own library, and a
/// module that brings another one cannot be unwound by it.
PyObject* drawbridge_call(PyObject* callable, PyObject* const* arguments, size_t count);

#ifdef __cplusplus
}
#endif
