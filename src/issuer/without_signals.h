#pragma once

#include <csignal>

namespace drawbridge::fetch {

/// While it lives, the calling thread takes no signal. A thread started meanwhile takes none for good:
/// signals are the program's business, and a write to a connection that the issuer closed must not end the
/// program by SIGPIPE. (macOS sends SIGPIPE to the process, but libcurl turns it off.)
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace drawbridge::fetch
