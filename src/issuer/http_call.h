#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "drawbridge/remote_verifier.h"

#include "issuer/curl_rules.h"
#include "issuer/jwks_url.h"

namespace drawbridge::fetch {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers{};
  std::string body{};
  std::size_t max_answer_size = 1024UL * 1024;  ///< what an answer has beyond it is left out
};

struct HttpAnswer {
  int status = 0;
  std::vector<HttpHeader> headers{};  ///< in their order; names as they came
  std::string body{};                 ///< decoded; at most `max_answer_size` of it

  /// The first header of that name in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// Why no answer came, and how far the call got.
struct NoAnswer {
  enum class Stage {
    not_sent,      ///< no address, no connection, no TLS
    not_answered,  ///< sent, and not one line of an answer
    broken_off     ///< an answer began that has no end, is too large or cannot be read
  };
  std::string text;  ///< one line
  Stage stage = Stage::not_sent;
};
using CallResult = std::expected<HttpAnswer, NoAnswer>;

/// A call on its way: driven by curl_easy_perform(), or by a curl multi handle. Redirects are answers.
class HttpRequest {
 public:
  /// Throws std::bad_alloc.
  HttpRequest(const HttpCall& call, JwksUrl url, const std::optional<std::filesystem::path>& ca_file);
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  CURL* handle() { return easy_.get(); }

  /// What came of it, once curl is done with `code`.
  CallResult take_result(CURLcode code);

 private:
  NoAnswer::Stage stage() const;
  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self);

  JwksUrl url_;
  std::optional<std::filesystem::path> ca_file_;
  std::string body_;  ///< to send
  std::unique_ptr<curl_slist, FreeEasy> headers_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::size_t max_answer_size_;
  HttpAnswer answer_;
};

/// One HTTP call by the rules of `source` for where one may connect (its `jwks_url` is not used), 5 seconds
/// in all. Blocks. Redirects are answers. The error is one line: a URL that the rules forbid, or why no
/// answer came.
std::expected<HttpAnswer, std::string> call_http(const HttpCall& call, const KeySource& source);

}  // namespace drawbridge::fetch
