#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace drawbridge::database {

/// Cuts the connections whose server says nothing for too long. The server's own limits end a statement that
/// takes too long; this is for a server that is stopped, or a network that swallows everything while the
/// connection stands. A connection that is cut fails like one that broke.
class StallWatch {
 public:
  /// One connection's place; used by one thread at a time.
  class Place {
   public:
    /// From now on until end(), the connection may be cut.
    void begin(int socket);
    void end();

   private:
    friend class StallWatch;
    std::mutex mutex_;
    int socket_ = -1;
    std::chrono::steady_clock::time_point cut_at_;
    std::chrono::milliseconds limit_{0};
  };

  explicit StallWatch(std::chrono::milliseconds limit = std::chrono::seconds{10});

  /// Lives on without the watch. Any thread may call.
  std::shared_ptr<Place> place();

 private:
  void cut_the_late();

  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Place>> places_;
  std::jthread thread_;
};

/// While it lives, the watch may cut the connection.
class Watched {
 public:
  Watched(StallWatch::Place& place, int socket) : place_{place} { place_.begin(socket); }
  ~Watched() { place_.end(); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  StallWatch::Place& place_;
};

}  // namespace drawbridge::database
