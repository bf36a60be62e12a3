#pragma once

#include <chrono>
#include <new>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace drawbridge::http {

/// Posts something that may not get lost. It takes a little memory, and the thread that has an answer must
/// not fail for want of it: whoever waits for the answer would wait for ever.
template <class Handler>
void post_back(boost::asio::io_context& loop, const Handler& handler) noexcept {
  while (true) {
    try {
      boost::asio::post(loop, handler);
      return;
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }
}

}  // namespace drawbridge::http
