#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "issuer/jwks_url.h"

namespace drawbridge::fetch {

/// Initialises libcurl once, whoever calls first.
void start_curl();

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// What holds for every request of this program: 5 seconds in all, no redirect, TLS 1.2 or newer, always
/// verified, with `ca_file` instead of the system's authorities where it is given. A proxy of the environment
/// serves https alone, and not to loopback: it passes on what it can neither read nor change.
/// Both arguments are copied.
std::unique_ptr<CURL, FreeEasy> new_request(const JwksUrl& url,
                                            const std::optional<std::filesystem::path>& ca_file);

/// One line for a request that got no answer.
std::string transport_failure(const JwksUrl& url, const std::optional<std::filesystem::path>& ca_file,
                              CURLcode code, std::string_view curl_error_text);

}  // namespace drawbridge::fetch
