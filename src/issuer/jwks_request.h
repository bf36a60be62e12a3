#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "drawbridge/remote_verifier.h"

#include "core/keys/key_cache.h"
#include "issuer/curl_rules.h"
#include "issuer/jwks_url.h"

namespace drawbridge::fetch {

/// The document of a key set and what HTTP said beside it.
struct JwksDocument {
  std::string body;
  std::optional<std::chrono::seconds> max_age;
  std::string etag;
};

/// One GET of a key set (RFC 7517 §5) with the limits that keys need: 5 seconds in all, 1 MiB decoded and
/// 64 KiB of headers, no redirect, TLS always verified. Driven by perform(), or by a curl multi handle and
/// take_result().
class JwksRequest {
 public:
  JwksRequest(const JwksUrl& url, const std::optional<std::filesystem::path>& ca_file,
              const std::string& etag);
  JwksRequest(const JwksRequest&) = delete;
  JwksRequest& operator=(const JwksRequest&) = delete;

  CURL* handle() { return easy_.get(); }

  /// What came of it, once curl is done with `code`: a document, NotModified or FailedFetch.
  std::variant<JwksDocument, NotModified, FailedFetch> take_result(CURLcode code);

  /// Runs the request in the calling thread.
  std::variant<JwksDocument, NotModified, FailedFetch> perform();

 private:
  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* self);

  FailedFetch failed_transport(CURLcode code) const;
  FailedFetch status_failure(long status) const;
  std::string header(const char* name) const;

  JwksUrl url_;
  std::unique_ptr<curl_slist, FreeEasy> headers_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::optional<std::filesystem::path> ca_file_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool asked_with_etag_;
};

/// The text of a key set, fetched once by the rules of `source`; the error is one line.
std::expected<std::string, std::string> fetch_jwks_once(const KeySource& source);

/// One line for a body that KeySet::parse refused with `fault`.
std::string no_key_set(std::string_view url, std::string_view body, std::string_view fault);

}  // namespace drawbridge::fetch
