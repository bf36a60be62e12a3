#include "core/credentials/cross_site.h"

#include <algorithm>
#include <array>

namespace drawbridge {

bool must_show_its_sender(const Credentials& credentials) {
  constexpr std::array<std::string_view, 3> safe{"GET", "HEAD", "OPTIONS"};
  return credentials.is_websocket_handshake || std::ranges::find(safe, credentials.method) == safe.end();
}

Sender sender_of(const Credentials& credentials, const std::vector<std::string>& allowed) {
  if (credentials.origin.size() > 1 || credentials.sec_fetch_site.size() > 1) return Sender::ambiguous;
  if (!credentials.origin.empty()) {
    const std::string_view origin = credentials.origin.front();
    const bool is_allowed = origin != "null" && std::ranges::find(allowed, origin) != allowed.end();
    return is_allowed ? Sender::allowed : Sender::foreign;
  }
  if (credentials.sec_fetch_site.empty()) return Sender::unknown;
  return credentials.sec_fetch_site.front() == "same-origin" ? Sender::allowed : Sender::foreign;
}

}  // namespace drawbridge
