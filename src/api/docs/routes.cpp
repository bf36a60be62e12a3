#include "api/docs/routes.h"

#include <algorithm>

#include "api/docs/docs_files.h"
#include "api/docs/openapi_document.h"
#include "http/representation.h"
#include "http/resource_answers.h"

namespace drawbridge::api {
namespace {

using http::Access;
using http::Method;
using http::Outcome;
using http::query_refused;
using http::Request;
using http::Response;

/// Anyone who pastes a token here can rely on it: scripts, styles and calls are this server's own, no text
/// becomes HTML, and no other page may frame this one. The page's icon, which is none, is `data:`.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// By gzip where the client takes that. It may keep the answer, and asks each time whether it is still the
/// same: the next version of the program has other files under the same names.
Response answer_with(const DocsFile& file, const Request& request) {
  const bool compressed = http::prefers_gzip(request.accept_encoding);
  std::string entity_tag = '"' + file.hash + (compressed ? "-gzip\"" : "\"");
  const bool is_known = http::is_named_by(request.if_none_match, entity_tag);
  Response response{.cache_control = "no-cache", .vary = "Origin, Accept-Encoding"};
  response.headers.push_back({"ETag", std::move(entity_tag)});
  if (is_known) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  response.static_body = compressed ? file.compressed : file.bytes;
  if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

Outcome get_docs(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  Response response = answer_with(docs_page(), request);
  response.headers.push_back({"Content-Security-Policy", std::string{content_security_policy}});
  return response;
}

Outcome get_docs_file(const Request& request) {
  const auto files = docs_files();
  const auto file = std::ranges::find(files, request.parameters.front(), &DocsFile::name);
  if (file == files.end()) return http::problem(ErrorCode::not_found, "The page /docs has no such file.");
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return answer_with(*file, request);
}

Outcome get_openapi(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return Response{.content_type = http::json_type, .static_body = openapi_document()};
}

}  // namespace

http::Routes docs_routes() {
  return {{"/openapi.json", Access::open, {{Method::get, get_openapi}}},
          {"/docs", Access::open, {{Method::get, get_docs}}},
          {"/docs/{file}", Access::open, {{Method::get, get_docs_file}}}};
}

}  // namespace drawbridge::api
