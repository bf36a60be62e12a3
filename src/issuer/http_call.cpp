#include "issuer/http_call.h"

#include <algorithm>
#include <new>

#include "core/text/ascii.h"

namespace drawbridge::fetch {
namespace {

std::unique_ptr<curl_slist, FreeEasy> list_of(const std::vector<HttpHeader>& headers) {
  std::unique_ptr<curl_slist, FreeEasy> list;
  for (const HttpHeader& header : headers) {
    const std::string line = header.name + ": " + header.value;
    list.reset(curl_slist_append(list.release(), line.c_str()));
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

HttpRequest::HttpRequest(const HttpCall& call, JwksUrl url,
                         const std::optional<std::filesystem::path>& ca_file)
    : url_{std::move(url)},
      ca_file_{ca_file},
      body_{call.body},
      headers_{list_of(call.headers)},
      easy_{new_request(url_, ca_file_)},
      max_answer_size_{call.max_answer_size} {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  if (!body_.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body_.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_.data());
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpRequest::receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
}

/// What does not fit is left out: whoever looks at an answer needs its beginning.
std::size_t HttpRequest::receive(char* data, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<HttpRequest*>(self);
  auto& text = request.answer_.body;
  try {
    text.append(data, std::min(size * count, request.max_answer_size_ - text.size()));
  } catch (const std::bad_alloc&) {
    return 0;  // curl then fails; an exception cannot go through its frames
  }
  return size * count;
}

NoAnswer::Stage HttpRequest::stage() const {
  curl_off_t connected_after = 0;
  long size_of_headers = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected_after);
  curl_easy_getinfo(easy_.get(), CURLINFO_HEADER_SIZE, &size_of_headers);
  if (size_of_headers > 0) return NoAnswer::Stage::broken_off;
  return connected_after > 0 ? NoAnswer::Stage::not_answered : NoAnswer::Stage::not_sent;
}

CallResult HttpRequest::take_result(CURLcode code) {
  if (code != CURLE_OK)
    return std::unexpected{NoAnswer{transport_failure(url_, ca_file_, code, error_text_.data()), stage()}};
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  answer_.headers = headers_of(easy_.get());
  return std::move(answer_);
}

std::expected<HttpAnswer, std::string> call_http(const HttpCall& call, const KeySource& source) {
  auto url = check_jwks_url(call.url, source.allow_http_hosts);
  if (!url) return std::unexpected{url.error()};
  HttpRequest request{call, *std::move(url), source.ca_file};
  auto result = request.take_result(curl_easy_perform(request.handle()));
  if (!result) return std::unexpected{std::move(result).error().text};
  return *std::move(result);
}

}  // namespace drawbridge::fetch
