// The page at /docs: what it is made of, that it needs no token, and that it loads from nowhere else.

#include <fstream>
#include <iterator>

#include "api/docs/docs_files.h"
#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file{std::string{DRAWBRIDGE_SOURCE_DIR} + '/' + path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct FileCase {
  std::string target;
  std::string source;
  std::string_view content_type;
};

const std::vector<FileCase> files{
    {"/docs", "src/api/docs/page/docs.html", "text/html; charset=utf-8"},
    {"/docs/docs.css", "src/api/docs/page/docs.css", "text/css; charset=utf-8"},
    {"/docs/docs.js", "src/api/docs/page/docs.js", "text/javascript; charset=utf-8"},
    {"/docs/swagger-ui.css", "node_modules/swagger-ui-dist/swagger-ui.css", "text/css; charset=utf-8"},
    {"/docs/swagger-ui-bundle.js", "node_modules/swagger-ui-dist/swagger-ui-bundle.js",
     "text/javascript; charset=utf-8"},
    {"/docs/swagger-ui-LICENSE.txt", "node_modules/swagger-ui-dist/LICENSE", "text/plain; charset=utf-8"},
    {"/docs/swagger-ui-NOTICE.txt", "node_modules/swagger-ui-dist/NOTICE", "text/plain; charset=utf-8"},
    {"/docs/swagger-ui-bundle.js.LICENSE.txt",
     "node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8"},
};

TEST(Docs, has_these_files_and_no_others) {
  EXPECT_EQ(api::docs_files().size() + 1, files.size());
}

TEST(Docs, serves_its_files_without_a_token) {
  const Api api;
  for (const auto& [target, source, content_type] : files) {
    SCOPED_TRACE(target);
    const auto answer = api.call("GET", target, "");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), content_type);
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_FALSE(answer.body.empty());
    EXPECT_TRUE(answer.body == contents_of(source)) << "not the bytes of " << source;
  }
}

TEST(Docs, head_has_the_length_but_not_the_body) {
  const Api api;
  for (const auto& file : files) {
    auto client = api.connect();
    client.send(raw_request("HEAD", file.target, "") + raw_request("GET", "/healthz", ""));
    const auto head = client.receive(true);
    ASSERT_TRUE(head.has_value()) << file.target;
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->header("content-length"), std::to_string(contents_of(file.source).size()));
    // Had a body been sent, it would be read as this answer.
    EXPECT_EQ(client.receive().value().body, R"({"status":"ok"})") << file.target;
  }
}

TEST(Docs, answers_follow_one_another_on_a_connection) {
  const Api api;
  auto client = api.connect();
  for (const auto& file : files) client.send(raw_request("GET", file.target, ""));
  for (const auto& file : files) EXPECT_TRUE(client.receive().value().body == contents_of(file.source));
}

TEST(Docs, the_page_may_load_and_call_this_server_alone) {
  const Api api;
  EXPECT_EQ(
      api.call("GET", "/docs", "").header("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

struct RefusalCase {
  const char* method;
  const char* target;
  int status;
  std::string_view code;
};

TEST(Docs, refuses) {
  const Api api;
  for (const auto& [method, target, status, code] : {
           RefusalCase{"GET", "/docs/", 404, "not_found"},
           RefusalCase{"GET", "/docs/docs.html", 404, "not_found"},
           RefusalCase{"GET", "/docs/swagger-ui.css/", 404, "not_found"},
           RefusalCase{"GET", "/docs/swagger-ui-bundle.js.map", 404, "not_found"},
           RefusalCase{"GET", "/docs/..%2Fopenapi.json", 404, "not_found"},
           RefusalCase{"GET", "/docs?url=http://elsewhere.example/openapi.json", 422, "validation_failed"},
           RefusalCase{"GET", "/docs/docs.js?x=1", 422, "validation_failed"},
           RefusalCase{"POST", "/docs", 405, "method_not_allowed"},
           RefusalCase{"DELETE", "/docs/docs.js", 405, "method_not_allowed"},
       }) {
    const auto answer = api.call(method, target, "");
    EXPECT_EQ(answer.status, status) << method << ' ' << target;
    EXPECT_EQ(answer.code(), code) << method << ' ' << target;
    EXPECT_EQ(answer.header("allow"), status == 405 ? "GET, HEAD" : "") << method << ' ' << target;
  }
}

}  // namespace
}  // namespace drawbridge::test
