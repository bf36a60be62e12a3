#include "issuer/http_call.h"

#include <algorithm>
#include <array>
#include <new>

#include "core/text/ascii.h"
#include "issuer/curl_rules.h"
#include "issuer/jwks_url.h"

namespace drawbridge::fetch {
namespace {

constexpr std::size_t max_body_size = 1024 * 1024;

/// What does not fit is left out: whoever looks at an answer needs its beginning.
std::size_t receive(char* data, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  text.append(data, std::min(size * count, max_body_size - text.size()));
  return size * count;
}

std::unique_ptr<curl_slist, FreeEasy> list_of(const std::vector<HttpHeader>& headers) {
  std::unique_ptr<curl_slist, FreeEasy> list;
  for (const HttpHeader& header : headers) {
    list.reset(curl_slist_append(list.release(), (header.name + ": " + header.value).c_str()));
    if (!list) throw std::bad_alloc{};
  }
  return list;
}

std::vector<HttpHeader> headers_of(CURL* easy) {
  std::vector<HttpHeader> headers;
  for (curl_header* header = nullptr;
       (header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != nullptr;)
    headers.push_back({header->name, header->value});
  return headers;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const HttpHeader& header : headers)
    if (ascii::equal_ignoring_case(header.name, name)) return header.value;
  return {};
}

std::expected<HttpAnswer, std::string> call_http(const HttpCall& call, const KeySource& source) {
  const auto url = check_jwks_url(call.url, source.allow_http_hosts);
  if (!url) return std::unexpected{url.error()};
  const auto request = new_request(*url, source.ca_file);
  const auto headers = list_of(call.headers);
  HttpAnswer answer;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  CURL* const easy = request.get();
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  if (!call.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text.data());
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK)
    return std::unexpected{transport_failure(*url, source.ca_file, code, error_text.data())};
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.headers = headers_of(easy);
  return answer;
}

}  // namespace drawbridge::fetch
