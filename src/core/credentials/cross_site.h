#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/credentials.h"

namespace drawbridge {

/// What a request shows of the page that sent it.
enum class Sender {
  allowed,    ///< an origin that may call; without an Origin a page of this API's own
  foreign,    ///< another origin, or `null`
  unknown,    ///< neither an Origin nor `Sec-Fetch-Site: same-origin`
  ambiguous,  ///< one of the two came more than once
};

/// Whether a request that counts by its cookie has to show where it comes from: a browser adds the cookie by
/// itself, whichever page makes it send the request (CSRF). Not so for GET, HEAD and OPTIONS, which change
/// nothing (RFC 9110 §9.2.1), but for a WebSocket's handshake, which is a GET and opens everything.
bool must_show_its_sender(const Credentials& credentials);

/// An Origin (RFC 6454 §7), where there is one, decides alone: it is one of `allowed`, byte by byte. `null`
/// never is. Only without one does Sec-Fetch-Site decide, by `same-origin`.
Sender sender_of(const Credentials& credentials, const std::vector<std::string>& allowed);

}  // namespace drawbridge
