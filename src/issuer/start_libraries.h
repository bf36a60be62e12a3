#pragma once

namespace drawbridge::fetch {

/// Makes what libsodium, OpenSSL, simdjson and curl make when they are first used, which takes milliseconds.
/// A process that is forked while a thread is at it has no such thread, and waits for it for ever; so it is
/// done before there are threads. For the same reason no function that a verifier's threads call has a static
/// variable of its own that is made at the first call. Any number of times. Throws std::runtime_error.
void start_libraries();

}  // namespace drawbridge::fetch
