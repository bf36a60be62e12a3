#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/keys/key_cache.h"
#include "issuer/jwks_url.h"

namespace drawbridge::fetch {

/// What came of a fetch, and for a GoodFetch the text that it was read from.
struct Fetched {
  FetchResult result;
  std::string body;
};

/// Fetches the key set when told to, one fetch at a time, on a thread that nobody waits for: resolving a name
/// may take it half a minute, whatever time limit the transfer has.
class FetchingThread {
 public:
  /// Called once for each begin(), from the thread, and never again once the destructor has returned.
  using Deliver = std::function<void(Fetched)>;

  FetchingThread(JwksUrl url, std::optional<std::filesystem::path> ca_file, Deliver deliver);
  /// Breaks off what is under way. A thread that does not come back within a second is left to end by itself.
  ~FetchingThread();
  FetchingThread(const FetchingThread&) = delete;
  FetchingThread& operator=(const FetchingThread&) = delete;

  /// Returns at once. Not before the last fetch was delivered.
  void begin(KeyCache::Fetch fetch);

 private:
  struct State;

  std::shared_ptr<State> state_;  ///< the thread's too, which may outlive this
  std::thread thread_;
};

}  // namespace drawbridge::fetch
