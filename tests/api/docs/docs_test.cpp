// The page at /docs: what it is made of, that it needs no token, and that it loads from nowhere else.

#include <fstream>
#include <iterator>
#include <set>

#include "api/docs/docs_files.h"
#include "api/routes.h"
#include "tests/api/api_fixture.h"
#include "tests/support/places.h"

namespace drawbridge::test {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file{source_folder() / path, std::ios::binary};
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
    EXPECT_EQ(answer.header("cache-control"), "no-cache");
    EXPECT_EQ(answer.header("vary"), "Origin, Accept-Encoding");
    EXPECT_EQ(answer.header("content-encoding"), "");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_FALSE(answer.body.empty());
    EXPECT_TRUE(answer.body == contents_of(source)) << "not the bytes of " << source;
  }
}

Answer get(const Api& api, const std::string& target, const std::string& lines) {
  return api.request(raw_request("GET", target, "", "Connection: close\r\n" + lines));
}

TEST(Docs, compresses_its_files_for_who_takes_gzip) {
  const Api api;
  std::size_t plain_size = 0;
  std::size_t compressed_size = 0;
  for (const auto& file : files) {
    SCOPED_TRACE(file.target);
    const auto answer = get(api, file.target, "Accept-Encoding: br;q=1, gzip;q=0.5\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-encoding"), "gzip");
    EXPECT_EQ(answer.header("content-type"), file.content_type);
    EXPECT_TRUE(answer.body.starts_with("\x1f\x8b")) << "not what gzip makes";  // RFC 1952 §2.3.1
    plain_size += contents_of(file.source).size();
    compressed_size += answer.body.size();
    const auto plain = get(api, file.target, "Accept-Encoding: gzip;q=0\r\n");
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_TRUE(plain.body == contents_of(file.source));
    EXPECT_NE(plain.header("etag"), answer.header("etag")) << "other bytes have another tag";
  }
  EXPECT_LT(compressed_size * 2, plain_size);
}

TEST(Docs, sends_a_client_nothing_that_it_has) {
  const Api api;
  std::set<std::string> tags;
  for (const auto& file : files) {
    for (const std::string coding : {"", "Accept-Encoding: gzip\r\n"}) {
      SCOPED_TRACE(file.target + ' ' + coding);
      const auto first = get(api, file.target, coding);
      const std::string tag{first.header("etag")};
      EXPECT_TRUE(tag.size() > 30 && tag.starts_with('"') && tag.ends_with('"')) << tag;
      tags.insert(tag);
      auto client = api.connect();
      const std::string lines = coding + "If-None-Match: \"x\", " + tag + "\r\n";
      client.send(raw_request("GET", file.target, "", lines) + raw_request("GET", "/healthz", ""));
      const auto again = client.receive().value();
      EXPECT_EQ(again.status, 304);
      EXPECT_EQ(again.header("etag"), tag);
      EXPECT_EQ(again.header("cache-control"), "no-cache");
      EXPECT_EQ(again.header("vary"), "Origin, Accept-Encoding");
      EXPECT_EQ(again.header("content-type"), "");
      EXPECT_EQ(again.header("content-length"), "");
      // Had a body been sent, it would be read as this answer.
      EXPECT_EQ(client.receive().value().body, R"({"status":"ok"})");
      EXPECT_EQ(get(api, file.target, coding + "If-None-Match: \"another\"\r\n").status, 200);
    }
  }
  EXPECT_EQ(tags.size(), 2 * files.size());
}

TEST(Docs, are_not_there_when_they_are_switched_off) {
  const auto with = api::all_routes([] { return api::IssuerStatus{}; });
  const auto without = api::all_routes([] { return api::IssuerStatus{}; }, {.docs = false});
  for (const char* path : {"/docs", "/docs/docs.js", "/openapi.json"}) {
    EXPECT_TRUE(http::find_route(with, path).has_value()) << path;
    EXPECT_FALSE(http::find_route(without, path).has_value()) << path;
  }
  EXPECT_TRUE(http::find_route(without, "/healthz").has_value());
  EXPECT_EQ(without.size() + 3, with.size());
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
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'");
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
           RefusalCase{"GET", "/docs/docs.css/", 404, "not_found"},
           RefusalCase{"GET", "/docs/docs.js.map", 404, "not_found"},
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
