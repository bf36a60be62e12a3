#include "database/postgres/stall_watch.h"

#include <condition_variable>

#include <sys/socket.h>

namespace drawbridge::database {

void StallWatch::Place::begin(int socket) {
  const std::lock_guard lock{mutex_};
  socket_ = socket;
  cut_at_ = std::chrono::steady_clock::now() + limit_;
}

void StallWatch::Place::end() {
  const std::lock_guard lock{mutex_};
  socket_ = -1;
}

StallWatch::StallWatch(std::chrono::milliseconds limit)
    : limit_{limit}, thread_{[this](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock{mutex};
        while (!stop.stop_requested()) {
          stopped.wait_for(lock, stop, limit_ / 10, [] { return false; });
          cut_the_late();
        }
      }} {}

std::shared_ptr<StallWatch::Place> StallWatch::place() {
  auto place = std::make_shared<Place>();
  place->limit_ = limit_;
  const std::lock_guard lock{mutex_};
  places_.push_back(place);
  return place;
}

void StallWatch::cut_the_late() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock{mutex_};
  std::erase_if(places_, [](const auto& place) { return place.expired(); });
  for (const auto& weak : places_) {
    const auto place = weak.lock();
    if (!place) continue;
    // Held while the socket is cut, so that its number cannot be another's by then.
    const std::lock_guard place_lock{place->mutex_};
    if (place->socket_ < 0 || now < place->cut_at_) continue;
    shutdown(place->socket_, SHUT_RDWR);
    place->socket_ = -1;
  }
}

}  // namespace drawbridge::database
