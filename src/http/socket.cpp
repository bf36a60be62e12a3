#include "http/socket.h"

#include <poll.h>

namespace drawbridge::http {
namespace {

#ifdef POLLRDHUP
constexpr short ended = POLLRDHUP;
#else
constexpr short ended = 0;  // then only a reset shows
#endif

}  // namespace

Peer look_at_peer(Socket& socket) {
  pollfd asked{.fd = socket.native_handle(), .events = ended, .revents = 0};
  if (poll(&asked, 1, 0) <= 0) return Peer::there;
  if ((asked.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Peer::gone;
  return (asked.revents & ended) != 0 ? Peer::half_closed : Peer::there;
}

}  // namespace drawbridge::http
