// One fetch of a key set from a server that does everything wrong that a server can do.

#include "issuer/jwks_request.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/misbehaving_server.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/test_keys.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::MisbehavingServer;
using test::Tls;
using Then = Answer::Then;
using Outcome = std::variant<JwksDocument, NotModified, FailedFetch>;

const std::string& good_set() {
  static const std::string set = test::jwks_of({test::TestKey::generate(Algorithm::eddsa, "key-1").jwk()});
  return set;
}

Outcome fetch_from(const std::string& url, const std::string& etag = {},
                   const std::optional<std::filesystem::path>& ca_file = {}) {
  const auto checked = check_jwks_url(url, {});
  if (!checked) throw std::runtime_error{checked.error()};
  return JwksRequest{*checked, ca_file, etag}.perform();
}

std::string failure_of(const Outcome& outcome) {
  const auto* failed = std::get_if<FailedFetch>(&outcome);
  return failed == nullptr ? "no failure" : failed->text;
}

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST(JwksRequest, BringsTheDocument) {
  MisbehavingServer server;
  server.answer(Answer::json(good_set(), "ETag: \"v1\"\r\nCache-Control: public, max-age=300\r\n"));
  const Outcome outcome = fetch_from(server.url("/api/auth/jwks?x=1"));
  const auto& document = std::get<JwksDocument>(outcome);
  EXPECT_EQ(document.body, good_set());
  EXPECT_EQ(document.etag, "\"v1\"");
  EXPECT_EQ(document.max_age, 300s);
  ASSERT_EQ(server.request_count(), 1U);
  const test::HeardRequest request = server.requests().front();
  EXPECT_EQ(request.target, "/api/auth/jwks?x=1");
  EXPECT_EQ(request.header("user-agent"), "drawbridge");
  EXPECT_EQ(request.header("accept"), "application/json, application/jwk-set+json");
  EXPECT_EQ(request.header("if-none-match"), "");
}

TEST(JwksRequest, TakesEveryFormOfGoodAnswer) {
  const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  const struct {
    std::string name;
    Answer answer;
    std::string body;
  } cases[] = {
      {"compressed", Answer::json(test::gzip(good_set()), "Content-Encoding: gzip\r\n"), good_set()},
      {"chunked",
       {head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"key\r\n6\r\ns\":[]}\r\n0\r\n\r\n"},
       R"({"keys":[]})"},
      {"until the end of the connection", {head + "\r\n" + good_set()}, good_set()},
      {"HTTP/1.0", {"HTTP/1.0 200 OK\r\n\r\n" + good_set()}, good_set()},
      {"byte by byte, but in time",
       {Answer::json(R"({"keys":[]})").bytes, Then::close, 1ms},
       R"({"keys":[]})"},
      {"exactly 1 MiB", Answer::json(std::string(1024 * 1024, ' ')), std::string(1024 * 1024, ' ')},
  };
  MisbehavingServer server;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    server.answer(each.answer);
    const Outcome outcome = fetch_from(server.url());
    const auto* document = std::get_if<JwksDocument>(&outcome);
    ASSERT_NE(document, nullptr) << failure_of(outcome);
    EXPECT_TRUE(document->body == each.body);
  }
}

TEST(JwksRequest, ReadsTheMaxAge) {
  const struct {
    std::string header;
    std::optional<std::chrono::seconds> max_age;
  } cases[] = {
      {"", std::nullopt},
      {"Cache-Control: max-age=60\r\n", 60s},
      {"cache-control: PUBLIC,Max-Age=60\r\n", 60s},
      {"Cache-Control: public ,\t max-age=0 \r\n", 0s},
      {"Cache-Control: max-age=99999999999\r\n", 86'400s},
      {"Cache-Control: max-age=99999999999999999999999\r\n", std::nullopt},
      {"Cache-Control: max-age=-1\r\n", std::nullopt},
      {"Cache-Control: max-age=1e3\r\n", std::nullopt},
      {"Cache-Control: max-age=\r\n", std::nullopt},
      {"Cache-Control: max-age\r\n", std::nullopt},
      {"Cache-Control: x-max-age=5, s-maxage=7\r\n", std::nullopt},
      {"Cache-Control: ,,max-age=5,\r\n", 5s},
      {"Cache-Control: no-store\r\n", 0s},
      {"Cache-Control: max-age=600, no-cache\r\n", 0s},
  };
  MisbehavingServer server;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.header);
    server.answer(Answer::json(good_set(), each.header));
    const Outcome outcome = fetch_from(server.url());
    ASSERT_TRUE(std::holds_alternative<JwksDocument>(outcome)) << failure_of(outcome);
    EXPECT_EQ(std::get<JwksDocument>(outcome).max_age, each.max_age);
  }
}

TEST(JwksRequest, AsksWithTheEtagAndHearsNotModified) {
  MisbehavingServer server;
  server.answer([](const test::HeardRequest& request) {
    if (request.header("if-none-match") == "W/\"v1\"")
      return Answer::of(304, "", "Cache-Control: max-age=120\r\n");
    return Answer::json(good_set());
  });
  const Outcome same = fetch_from(server.url(), "W/\"v1\"");
  ASSERT_TRUE(std::holds_alternative<NotModified>(same)) << failure_of(same);
  EXPECT_EQ(std::get<NotModified>(same).max_age, 120s);
  EXPECT_TRUE(std::holds_alternative<JwksDocument>(fetch_from(server.url(), "W/\"v0\"")));
}

struct Failure {
  std::string name;
  Answer answer;
  std::string says;
  std::optional<std::chrono::seconds> retry_after{};
};

std::vector<Failure> prompt_failures() {
  const Answer good = Answer::json(good_set());
  const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  const std::string large(2 * 1024 * 1024, ' ');
  return {
      {"accepts and closes", {""}, "Server returned nothing"},
      {"closes in the status line", good.cut_after(8, Then::close), "could not be fetched"},
      {"closes in the body", good.cut_in_body(10, Then::close), "partial file"},
      {"closes before the body", good.cut_in_body(0, Then::close), "partial file"},
      {"a Content-Length that is too long",
       {head + "Content-Length: 5000\r\n\r\n{\"keys\":[]}"},
       "partial file"},
      {"a Content-Length that is no number",
       {head + "Content-Length: many\r\n\r\n{\"keys\":[]}"},
       "could not be fetched"},
      {"closes in a chunk",
       {head + "Transfer-Encoding: chunked\r\n\r\nFF\r\n{\"keys\""},
       "could not be fetched"},
      {"no HTTP at all", {"SSH-2.0-OpenSSH_9.2\r\n"}, "could not be fetched"},
      {"encoded as it says not", Answer::json(good_set(), "Content-Encoding: gzip\r\n"),
       "could not be fetched"},
      {"2 MiB", Answer::json(large), "more than 1 MiB"},
      {"1 MiB and a byte", Answer::json(large.substr(0, 1024 * 1024 + 1)), "more than 1 MiB"},
      {"2 MiB without a Content-Length", {head + "\r\n" + large}, "more than 1 MiB"},
      {"a gzip bomb", Answer::json(test::gzip(large), "Content-Encoding: gzip\r\n"), "more than 1 MiB"},
      {"70 KiB of headers", Answer::json(good_set(), "X-Filler: " + std::string(70 * 1024, 'x') + "\r\n"),
       "64 KiB of headers"},
      {"204", Answer::of(204, ""), "answered 204 where a key set was expected"},
      {"206", Answer::of(206, good_set()), "answered 206 where a key set was expected"},
      {"304 to no condition", Answer::of(304, ""), "answered 304 where a key set was expected"},
      {"401", Answer::of(401, ""), "answered 401 where a key set was expected"},
      {"404", Answer::of(404, "<html>"), "answered 404. Check the path"},
      {"500", Answer::of(500, good_set()), "answered 500 where a key set was expected"},
      {"502", Answer::of(502, "<html>"), "answered 502 where a key set was expected"},
      {"503", Answer::of(503, ""), "answered 503: it cannot serve its keys now"},
      {"503 with Retry-After", Answer::of(503, "", "Retry-After: 7\r\n"), "answered 503", 7s},
      {"429", Answer::of(429, ""), "limits how often its keys may be fetched"},
      {"429 with Retry-After", Answer::of(429, "", "Retry-After: 9\r\n"), "limits how often", 9s},
      {"429 with X-Retry-After", Answer::of(429, "", "X-Retry-After: 4\r\n"), "limits how often", 4s},
      {"429 with X-Retry-After that is none", Answer::of(429, "", "X-Retry-After: soon\r\n"),
       "limits how often"},
      {"500 with Retry-After", Answer::of(500, "", "Retry-After: 9\r\n"), "answered 500"},
  };
}

TEST(JwksRequest, SaysWhatWentWrong) {
  MisbehavingServer server;
  for (const Failure& each : prompt_failures()) {
    SCOPED_TRACE(each.name);
    server.answer(each.answer);
    const std::size_t before = server.request_count();
    const Outcome outcome = fetch_from(server.url());
    expect_says(failure_of(outcome), each.says);
    expect_says(failure_of(outcome), server.url());
    EXPECT_EQ(server.request_count(), before + 1);
    if (const auto* failed = std::get_if<FailedFetch>(&outcome)) {
      EXPECT_EQ(failed->retry_after, each.retry_after);
    }
  }
}

TEST(JwksRequest, FollowsNoRedirect) {
  MisbehavingServer server;
  server.answer([](const test::HeardRequest& request) {
    if (request.target == "/good") return Answer::json(good_set());
    return Answer::of(std::stoi(request.target.substr(1)), "", "Location: /good\r\n");
  });
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    const Outcome outcome = fetch_from(server.url('/' + status));
    expect_says(failure_of(outcome), "answered " + status + ", a redirect, which is not followed");
  }
  EXPECT_EQ(server.request_count(), 5U);
}

TEST(JwksRequest, SaysThatNothingListens) {
  MisbehavingServer server;
  server.answer(Answer::json(good_set()));
  server.go_down();
  expect_says(failure_of(fetch_from(server.url())), "Nothing listens at " + server.url());
  server.come_up();
  EXPECT_TRUE(std::holds_alternative<JwksDocument>(fetch_from(server.url())));
}

/// Each takes the 5 seconds that a fetch may last, so they run at the same time.
TEST(JwksRequest, GivesUpAfterFiveSecondsInEveryPhase) {
  const Answer good = Answer::json(good_set());
  const struct {
    std::string name;
    Answer answer;
  } cases[] = {
      {"accepts and says nothing", good.cut_after(0, Then::say_nothing)},
      {"half the status line", good.cut_after(6, Then::say_nothing)},
      {"half the headers", good.cut_after(30, Then::say_nothing)},
      {"no body", good.cut_in_body(0, Then::say_nothing)},
      {"half the body", good.cut_in_body(20, Then::say_nothing)},
      {"a body without an end", {"HTTP/1.1 200 OK\r\n\r\n" + good_set(), Then::say_nothing}},
      {"trickles headers and body", {good.bytes, Then::close, 100ms}},
      {"answers after 20 seconds", {good.bytes, Then::close, 0ms, 20s}},
  };
  std::vector<std::thread> threads;
  for (const auto& each : cases)
    threads.emplace_back([&each] {
      MisbehavingServer server;
      server.answer(each.answer);
      const auto start = std::chrono::steady_clock::now();
      const std::string failure = failure_of(fetch_from(server.url()));
      const auto took = std::chrono::steady_clock::now() - start;
      EXPECT_EQ(failure, server.url() + " did not answer within 5 seconds.") << each.name;
      EXPECT_GE(took, 4900ms) << each.name;
      EXPECT_LT(took, 9s) << each.name;
    });
  for (std::thread& thread : threads) thread.join();
}

struct TlsCase {
  std::string name;
  Tls tls;
  bool trusts_its_authority;
  std::string says;  ///< empty: good
  std::string host = "127.0.0.1";
};

TEST(JwksRequest, TrustsACertificateOnlyForItsHostAndOfAKnownAuthority) {
  const std::string untrusted = "is not trusted for that host";
  const TlsCase cases[] = {
      {"of the authority, for the address", {}, true, ""},
      {"of the authority, for the name", {.host = "localhost"}, true, "", "localhost"},
      {"of an unknown authority", {}, false, untrusted},
      {"self-signed", {.self_signed = true}, false, untrusted},
      {"self-signed, while another authority is known", {.self_signed = true}, true, untrusted},
      {"for another host", {.host = "auth.example.com"}, true, untrusted},
      {"for another address", {.host = "127.0.0.2"}, true, untrusted},
      {"for the name, reached by the address", {.host = "localhost"}, true, untrusted},
      {"for the address, reached by the name", {}, true, untrusted, "localhost"},
      {"expired", {.expired = true}, true, untrusted},
  };
  const test::ScratchDirectory scratch;
  for (const TlsCase& each : cases) {
    SCOPED_TRACE(each.name);
    MisbehavingServer server{each.tls};
    server.answer(Answer::json(good_set()));
    const std::filesystem::path ca_file = scratch.path() / "authority.pem";
    std::ofstream{ca_file} << server.authority_pem();
    const Outcome outcome = fetch_from(server.url("/api/auth/jwks", each.host), {},
                                       each.trusts_its_authority ? std::optional{ca_file} : std::nullopt);
    if (each.says.empty()) {
      EXPECT_TRUE(std::holds_alternative<JwksDocument>(outcome)) << failure_of(outcome);
      EXPECT_EQ(server.request_count(), 1U);
    } else {
      expect_says(failure_of(outcome), each.says);
      EXPECT_EQ(server.request_count(), 0U);
    }
  }
}

TEST(JwksRequest, SaysThatTheAuthoritiesCannotBeRead) {
  MisbehavingServer server{Tls{}};
  server.answer(Answer::json(good_set()));
  const test::ScratchDirectory scratch;
  expect_says(failure_of(fetch_from(server.url(), {}, scratch.path() / "absent.pem")), "CA cert");
}

TEST(FetchJwksOnce, BringsTheTextOrOneLine) {
  MisbehavingServer server;
  server.answer(Answer::json(good_set()));
  KeySource source;
  source.jwks_url = server.url();
  const auto good = fetch_jwks_once(source);
  ASSERT_TRUE(good) << good.error();
  EXPECT_EQ(*good, good_set());

  server.answer(Answer::of(500, ""));
  const auto failed = fetch_jwks_once(source);
  ASSERT_FALSE(failed);
  expect_says(failed.error(), "answered 500");

  source.jwks_url = "http://auth.example.com/jwks";
  const auto refused = fetch_jwks_once(source);
  ASSERT_FALSE(refused);
  expect_says(refused.error(), "is plain http to another machine");
}

TEST(NoKeySet, TellsAWebPageFromOtherText) {
  const std::string url = "http://localhost:3000/jwks";
  expect_says(no_key_set(url, " \n<!doctype html>", "no JSON"),
              "answered with a web page: no JSON. Check the URL.");
  expect_says(no_key_set(url, "{}", "no keys"), "answered with something other than a key set: no keys.");
  expect_says(no_key_set(url, "", "empty"), "something other than a key set");
}

}  // namespace
}  // namespace drawbridge::fetch
