// No memory: whichever allocation of the server fails, one connection ends or is refused, and the next
// request is answered as if nothing had been.

#include <atomic>
#include <cstdlib>
#include <new>
#include <ostream>

#include "drawbridge/authenticator.h"

#include "tests/api/api_fixture.h"

namespace {

/// The thread that asks must not fail itself.
thread_local bool is_spared = false;
/// The allocation that fails, counted down by all other threads; none below 0.
std::atomic<long> until_failure{-1};
/// How many fail from then on.
std::atomic<long> failures{0};

bool fails() {
  if (is_spared || until_failure.load(std::memory_order_relaxed) < 0) return false;
  if (until_failure.fetch_sub(1) > 0) return false;
  if (failures.fetch_sub(1) <= 0) return false;
  until_failure = 0;  // the next one, too
  return true;
}

void* taken(std::size_t size) {
  if (!fails())
    if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}

}  // namespace

// All forms: a sanitizer brings its own, and memory of one must not be given back by another's.
void* operator new(std::size_t size) {
  return taken(size);
}
void* operator new[](std::size_t size) {
  return taken(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace drawbridge::test {
namespace {

constexpr std::string_view json_line = "Content-Type: application/json\r\n";

struct RequestCase {
  const char* name;
  std::string raw;
  int status;
  std::size_t answers = 2;  ///< on one connection, where it is asked twice

  std::vector<int> undisturbed() const { return std::vector<int>(answers, status); }
};
void PrintTo(const RequestCase& request, std::ostream* out) {
  *out << request.name;
}
class Exhaustion : public testing::TestWithParam<RequestCase> {};

/// The statuses of two of them on one connection, as far as it holds.
std::vector<int> statuses_of(const Api& api, const std::string& raw) {
  std::vector<int> statuses;
  auto client = api.connect();
  for (int i = 0; i < 2; ++i) {
    if (!client.send(raw)) break;
    const auto answer = client.receive();
    if (!answer) break;
    statuses.push_back(answer->status);
  }
  return statuses;
}

TEST_P(Exhaustion, of_memory_ends_a_connection_and_nothing_else) {
  is_spared = true;
  Api api;
  ASSERT_EQ(statuses_of(api, GetParam().raw), GetParam().undisturbed());
  int disturbed = 0;
  // Until a request needs fewer allocations than that.
  for (const long count : {1L, 20L}) {
    for (long at = 0; at < 400; at += count) {
      failures = count;
      until_failure = at;
      const auto statuses = statuses_of(api, GetParam().raw);
      until_failure = -1;
      for (const int status : statuses)
        EXPECT_TRUE(status == GetParam().status || status == 500 || status == 503) << status << " at " << at;
      if (statuses != GetParam().undisturbed()) ++disturbed;
      ASSERT_EQ(statuses_of(api, GetParam().raw), GetParam().undisturbed())
          << "afterwards, at " << at << " by " << count;
    }
  }
  EXPECT_GT(disturbed, 5) << "allocations do fail here";
}

/// Nothing listens at its Better Auth: each thread that asks and answers is seen to fail, and no other.
TEST(ExhaustionOfAuthenticator, of_memory_answers_who_asked) {
  is_spared = true;
  const std::string origin = "http://127.0.0.1:1";
  const std::string_view key = "a-key-that-no-text-holds-in-itself";
  KeySource keys;
  keys.jwks_url = origin + "/api/auth/jwks";
  const auto ask = [&](long at, long count) {
    Authenticator authenticator{Policy{origin, origin},
                                keys,
                                {.kinds = {.token = true, .session = true, .key = true}, .base_url = origin}};
    failures = count;
    until_failure = at;
    const auto answer = authenticator.authenticate({.api_key = {&key, 1}});
    until_failure = -1;
    return answer.error().code;
  };
  for (long at = 0; at < 60; ++at) EXPECT_EQ(ask(at, 1), ErrorCode::session_unavailable) << at;
  for (long at = 0; at < 60; at += 5) EXPECT_EQ(ask(at, 20), ErrorCode::session_unavailable) << at;
}

INSTANTIATE_TEST_SUITE_P(
    , Exhaustion,
    testing::Values(
        RequestCase{"health", raw_request("GET", "/healthz", ""), 200},
        RequestCase{"readiness", raw_request("GET", "/readyz", ""), 200},
        RequestCase{"unknown_route", raw_request("GET", "/nowhere", ""), 404},
        RequestCase{"malformed", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, 1},
        RequestCase{"identity", raw_request("GET", "/api/v1/me", "alice"), 200},
        RequestCase{"identity_from_another_thread", raw_request("GET", "/api/v1/me", "alice-later"), 200},
        RequestCase{"list", raw_request("GET", tasks_of(alice), "alice"), 200},
        RequestCase{"creation", raw_request("POST", tasks_of(alice), "alice", json_line, R"({"title":"x"})"),
                    201},
        RequestCase{"chunks",
                    raw_request("POST", tasks_of(alice), "alice",
                                std::string{json_line} + "Transfer-Encoding: chunked\r\n") +
                        "d\r\n{\"title\":\"x\"}\r\n0\r\n\r\n",
                    201}),
    [](const auto& request) { return request.param.name; });

}  // namespace
}  // namespace drawbridge::test
