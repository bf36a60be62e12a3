#include "issuer/curl_rules.h"

#include <mutex>
#include <new>

#include "core/errors/hints.h"
#include "core/text/filled.h"

namespace drawbridge::fetch {
namespace {

constexpr long total_timeout_ms = 5'000;

}  // namespace

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::unique_ptr<CURL, FreeEasy> new_request(const JwksUrl& url,
                                            const std::optional<std::filesystem::path>& ca_file) {
  start_curl();
  std::unique_ptr<CURL, FreeEasy> request{curl_easy_init()};
  if (!request) throw std::bad_alloc{};
  CURL* const easy = request.get();
  curl_easy_setopt(easy, CURLOPT_URL, url.text.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "drawbridge");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total_timeout_ms);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, total_timeout_ms);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Otherwise the end of a request, by whatever time limit, waits for the system's resolver, up to half a
  // minute.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (ca_file) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file->c_str());
    // Instead of the system's: Debian's libcurl would go on trusting the directory that it was built with.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (url.is_direct) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  return request;
}

std::string transport_failure(const JwksUrl& url, const std::optional<std::filesystem::path>& ca_file,
                              CURLcode code, std::string_view curl_error_text) {
  const std::string text = display_text(url.text, 128);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return filled("The host of {} has no address. Check the URL (KeySource::jwks_url) and DNS.", text);
    case CURLE_COULDNT_CONNECT:
      return filled("Nothing listens at {}. Is Better Auth running there?", text);
    case CURLE_OPERATION_TIMEDOUT:
      if (curl_error_text.starts_with("Resolving timed out"))
        return filled("DNS did not resolve the host of {} within 5 seconds. Check DNS.", text);
      return filled("{} did not answer within 5 seconds.", text);
    case CURLE_PEER_FAILED_VERIFICATION:
      return filled(
          "The TLS certificate of {} is not trusted for that host ({}). Set "
          "KeySource::ca_file if it is from your own authority.",
          text, display_text(curl_error_text, 128));
    case CURLE_SSL_CACERT_BADFILE:
      if (!ca_file) {
        return "This system has no readable CA certificates. Install the package ca-certificates, or the "
               "Python package certifi where you use that, or set KeySource::ca_file to a PEM file.";
      }
      return filled("The CA certificates in {} cannot be read. Set KeySource::ca_file to a PEM file.",
                    display_text(ca_file->string(), 128));
    default:
      return filled("{} could not be fetched: {}.", text, curl_easy_strerror(code));
  }
}

}  // namespace drawbridge::fetch
