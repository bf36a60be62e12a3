#include "issuer/jwks_request.h"

#include <algorithm>
#include <new>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "core/text/filled.h"
#include "core/text/whole_number.h"

namespace drawbridge::fetch {
namespace {

constexpr std::size_t max_body_size = 1024 * 1024;
constexpr std::size_t max_header_size = 64 * 1024;

std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
  const auto number = whole_number<std::int64_t>(text, 0);
  return number ? std::optional{std::chrono::seconds{*number}} : std::nullopt;
}

/// RFC 9111 §5.2.2. `no-store` and `no-cache` count as the shortest life: keys must be kept to be used.
std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
  std::optional<std::chrono::seconds> max_age;
  for (const std::string_view directive : ascii::split_at_commas(cache_control)) {
    const std::string_view name = directive.substr(0, directive.find('='));
    const auto is = [&](std::string_view other) { return ascii::equal_ignoring_case(name, other); };
    if (is("no-store") || is("no-cache")) return std::chrono::seconds{0};
    if (!is("max-age") || name.size() == directive.size()) continue;
    if (const auto seconds = seconds_of(directive.substr(name.size() + 1)))
      max_age = std::min<std::chrono::seconds>(*seconds, std::chrono::hours{24});
  }
  return max_age;
}

}  // namespace

JwksRequest::JwksRequest(const JwksUrl& url, const std::optional<std::filesystem::path>& ca_file,
                         const std::string& etag)
    : url_{url}, easy_{new_request(url, ca_file)}, ca_file_{ca_file}, asked_with_etag_{!etag.empty()} {
  headers_.reset(curl_slist_append(nullptr, "Accept: application/json, application/jwk-set+json"));
  if (asked_with_etag_) {
    const std::string line = "If-None-Match: " + etag;
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  }
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &JwksRequest::receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &JwksRequest::receive_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
}

std::size_t JwksRequest::receive(char* data, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<JwksRequest*>(self);
  const std::size_t bytes = size * count;
  if (bytes > max_body_size - request.body_.size()) {
    request.too_large_ = true;
    return 0;
  }
  try {
    request.body_.append(data, bytes);
  } catch (const std::bad_alloc&) {
    return 0;  // curl then fails; an exception cannot go through its frames
  }
  return bytes;
}

std::size_t JwksRequest::receive_header(char*, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<JwksRequest*>(self);
  request.header_bytes_ += size * count;
  if (request.header_bytes_ <= max_header_size) return size * count;
  request.too_large_ = true;
  return 0;
}

std::string JwksRequest::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

std::variant<JwksDocument, NotModified, FailedFetch> JwksRequest::take_result(CURLcode code) {
  if (code != CURLE_OK) return failed_transport(code);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  const auto max_age = max_age_of(header("Cache-Control"));
  if (status == 304 && asked_with_etag_) return NotModified{max_age};
  if (status != 200) return status_failure(status);
  return JwksDocument{std::move(body_), max_age, header("ETag")};
}

std::variant<JwksDocument, NotModified, FailedFetch> JwksRequest::perform() {
  return take_result(curl_easy_perform(easy_.get()));
}

FailedFetch JwksRequest::failed_transport(CURLcode code) const {
  if (!too_large_) return {transport_failure(url_, ca_file_, code, error_text_.data()), {}};
  return {filled("{} answered with more than 1 MiB, or more than 64 KiB of headers: that is not a key set. "
                 "Check the URL.",
                 display_text(url_.text, 128)),
          {}};
}

FailedFetch JwksRequest::status_failure(long status) const {
  const std::string url = display_text(url_.text, 128);
  if (status == 404)
    return {filled("{} answered 404. Check the path: it follows from Better Auth's base path and the JWT "
                   "plugin's jwksPath, and is set here by KeySource::jwks_url.",
                   url),
            {}};
  if (status >= 300 && status < 400 && status != 304)
    return {filled("{} answered {}, a redirect, which is not followed for keys. Set the URL it leads to.",
                   url, status),
            {}};
  if (status != 429 && status != 503)
    return {filled("{} answered {} where a key set was expected. Look at Better Auth's log.", url, status),
            {}};

  std::optional<std::chrono::seconds> retry_after;
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
    retry_after = std::chrono::seconds{seconds};
  if (!retry_after) retry_after = seconds_of(header("X-Retry-After"));
  return {
      filled("{} answered {}: {}.", url, status,
             status == 429 ? "Better Auth limits how often its keys may be fetched; exempt the key set there "
                             "(rateLimit.customRules[\"/jwks\"] = false)"
                           : "it cannot serve its keys now"),
      retry_after};
}

std::string no_key_set(std::string_view url, std::string_view body, std::string_view fault) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool html = first != std::string_view::npos && body[first] == '<';
  return filled("{} answered with {}: {}. Check the URL.", display_text(url, 128),
                html ? "a web page" : "something other than a key set", fault);
}

std::expected<std::string, std::string> fetch_jwks_once(const KeySource& source) {
  const auto url = check_jwks_url(source.jwks_url, source.allow_http_hosts);
  if (!url) return std::unexpected{url.error()};
  auto result = JwksRequest{*url, source.ca_file, {}}.perform();
  if (auto* document = std::get_if<JwksDocument>(&result)) return std::move(document->body);
  return std::unexpected{std::get<FailedFetch>(result).text};
}

}  // namespace drawbridge::fetch
