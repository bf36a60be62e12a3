#include "issuer/jwks_url.h"

#include <algorithm>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "drawbridge/remote_verifier.h"

#include "core/errors/hints.h"
#include "core/text/ascii.h"

namespace drawbridge {
namespace {

struct FreeCurl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, FreeCurl>;

Url parse(std::string_view text) {
  Url url{curl_url()};
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string{text}.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
                  CURLUE_OK)
    return nullptr;
  return url;
}

/// Empty when the URL does not have the part.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeCurl> owner{text};
  return text;
}

bool has_user_info(const Url& url) {
  const auto has = [&](CURLUPart which) {
    char* text = nullptr;
    const bool found = curl_url_get(url.get(), which, &text, 0) == CURLUE_OK;
    const std::unique_ptr<char, FreeCurl> owner{text};
    return found;
  };
  return has(CURLUPART_USER) || has(CURLUPART_PASSWORD);
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  // As an address, not as text: 127.0.0.256 is a name that someone's DNS may answer.
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && host.starts_with("127.");
}

std::unexpected<std::string> refuse(std::string_view url, std::string_view why) {
  return std::unexpected{'"' + display_text(url, 128) + "\" " + std::string{why}};
}

/// What both kinds of address must be; the host in lower case.
struct HttpUrl {
  Url url;
  std::string scheme;
  std::string host;
};
std::expected<HttpUrl, std::string> parse_http(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
  Url url = plain ? parse(text) : nullptr;
  if (!url) return refuse(text, "is not a URL: give one like https://app.example.com");
  HttpUrl parsed{std::move(url), {}, {}};
  parsed.scheme = ascii::lower(part(parsed.url, CURLUPART_SCHEME));
  parsed.host = ascii::lower(part(parsed.url, CURLUPART_HOST));
  if (parsed.scheme != "http" && parsed.scheme != "https") return refuse(text, "is neither http nor https");
  if (parsed.host.empty()) return refuse(text, "has no host");
  if (has_user_info(parsed.url))
    return std::unexpected{
        std::string{"a URL with a user name or password in it is refused: leave them out"}};
  return parsed;
}

}  // namespace

std::expected<BetterAuth, std::string> BetterAuth::at(std::string_view url) {
  const auto parsed = parse_http(url);
  if (!parsed) return std::unexpected{parsed.error()};
  if (!part(parsed->url, CURLUPART_QUERY).empty() || !part(parsed->url, CURLUPART_FRAGMENT).empty())
    return refuse(url, "has a query or a fragment; give the base URL alone");
  const std::string port = part(parsed->url, CURLUPART_PORT);
  const bool is_default = port.empty() || port == (parsed->scheme == "https" ? "443" : "80");
  const std::string origin = parsed->scheme + "://" + parsed->host + (is_default ? "" : ":" + port);
  std::string path = part(parsed->url, CURLUPART_PATH);
  while (path.ends_with('/')) path.pop_back();
  if (path.empty()) path = "/api/auth";
  return BetterAuth{origin + path + "/jwks", origin, origin, origin + path};
}

namespace fetch {

std::expected<JwksUrl, std::string> check_jwks_url(std::string_view url,
                                                   std::span<const std::string> allow_http_hosts) {
  const auto parsed = parse_http(url);
  if (!parsed) return std::unexpected{parsed.error()};
  const bool loopback = is_loopback(parsed->host);
  const bool allowed = loopback || std::ranges::any_of(allow_http_hosts, [&](const std::string& host) {
                         return ascii::lower(host) == parsed->host;
                       });
  const bool is_plain = parsed->scheme == "http";
  if (is_plain && !allowed)
    return refuse(url,
                  "is plain http to another machine, so anyone on the way could swap the keys: use https, or "
                  "list the host in KeySource::allow_http_hosts if you control the network in between");
  return JwksUrl{std::string{url}, is_plain || loopback};
}

}  // namespace fetch
}  // namespace drawbridge
