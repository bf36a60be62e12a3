#include "redis/redis_url.h"

#include <algorithm>
#include <optional>

#include "core/identity/request_path.h"
#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge::redis {
namespace {

constexpr std::string_view expected_form =
    "write redis://user:password@host:port/database, or rediss:// for TLS";

std::unexpected<std::string> refused(std::string_view why) {
  return std::unexpected{std::string{"the Redis URL "}.append(why).append(": ").append(expected_form)};
}

/// Takes the host off the front, without brackets; false where there is none.
bool take_host(std::string_view& text, std::string& host) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
  }
  return !host.empty();
}

}  // namespace

std::expected<RedisUrl, std::string> RedisUrl::parse(std::string_view url) {
  RedisUrl read;
  const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
  if (!ascii::equal_ignoring_case(scheme, "redis") && !ascii::equal_ignoring_case(scheme, "rediss"))
    return refused("does not start with redis:// or rediss://");
  read.is_tls = scheme.size() == 6;
  url.remove_prefix(std::min(scheme.size() + 3, url.size()));
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F; }))
    return refused("contains a blank or a non-ASCII character");
  if (url.find_first_of("?#") != std::string_view::npos)
    return refused("contains ? or #; in a password, write %3F and %23");
  if (const auto at = url.find('@'); at != std::string_view::npos) {
    if (url.substr(0, at).contains('/') || url.substr(at + 1).contains('@'))
      return refused("has a password with / or @ in it; write %2F and %40");
    const auto colon = url.find(':');
    if (colon > at || colon + 1 == at) return refused("has a user but no password");
    const auto user = percent_decoded(url.substr(0, colon));
    const auto password = percent_decoded(url.substr(colon + 1, at - colon - 1));
    if (!user || !password) return refused("has an incomplete % escape in the user or password");
    read.user = *user;
    read.password = *password;
    url.remove_prefix(at + 1);
  }
  const auto slash = std::min(url.find('/'), url.size());
  std::string_view place = url.substr(0, slash);
  const std::string_view database = url.substr(std::min(slash + 1, url.size()));
  if (!take_host(place, read.host)) return refused("has no host");
  if (!place.empty()) {
    const auto port = place.starts_with(':') ? whole_number(place.substr(1), 1, 65'535) : std::nullopt;
    if (!port) return refused("has no port from 1 to 65535 after the host");
    read.port = *port;
  }
  if (!database.empty()) {
    const auto number = whole_number(database, 0, 65'535);
    if (!number) return refused("has no database number after the /");
    read.database = *number;
  }
  return read;
}

}  // namespace drawbridge::redis
