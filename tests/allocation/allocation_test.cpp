// A token that was seen before costs no allocation of ours, and one of OpenSSL's, whose digest context is
// made anew for each digest.

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

#include "tests/issuer/issuer.h"

namespace {

// Of the thread alone: the one that fetches keys goes on with its work.
thread_local long allocations = 0;
thread_local long openssl_allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}

void* counted_for_openssl(std::size_t size, const char*, int) {
  ++openssl_allocations;
  return std::malloc(size);
}
void* resized_for_openssl(void* memory, std::size_t size, const char*, int) {
  ++openssl_allocations;
  return std::realloc(memory, size);
}
void freed_for_openssl(void* memory, const char*, int) {
  std::free(memory);
}
/// OpenSSL takes these before its first allocation only.
const int installed = CRYPTO_set_mem_functions(counted_for_openssl, resized_for_openssl, freed_for_openssl);

}  // namespace

// All forms: a sanitizer brings its own, and memory of one must not be given back by another's.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
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

namespace drawbridge {
namespace {

struct Cost {
  long ours;
  long of_openssl;
};

template <class Work>
Cost cost_of(Work work) {
  const Cost before{allocations, openssl_allocations};
  work();
  return {allocations - before.ours, openssl_allocations - before.of_openssl};
}

TEST(Allocations, are_counted) {
  ASSERT_EQ(installed, 1);
  EXPECT_EQ(cost_of([] { delete new std::string(100, 'x'); }).ours, 2);
  EXPECT_EQ(cost_of([] { OPENSSL_free(OPENSSL_malloc(1)); }).of_openssl, 1);
}

TEST(Allocations, a_token_seen_before_costs_none_of_ours) {
  const auto key = test::key_named("key-1");
  test::MisbehavingServer server;
  server.answer(test::set_of({key}));
  RemoteVerifier verifier{test::policy(), test::source_of(server)};
  const std::string token = test::token_of(key);
  const std::string authorization = "Bearer " + token;
  ASSERT_TRUE(verifier.verify(token));
  EXPECT_GT(cost_of([&] { ASSERT_TRUE(verifier.verify(test::token_of(key))); }).ours, 10) << "a new one does";

  for (int i = 0; i < 100; ++i) {
    bool good = false;
    const Cost verified = cost_of([&] { good = verifier.verify(token).has_value(); });
    const Cost authenticated =
        cost_of([&] { good = good && verifier.authenticate(authorization).has_value(); });
    ASSERT_TRUE(good);
    EXPECT_EQ(verified.ours, 0);
    EXPECT_EQ(authenticated.ours, 0);
    EXPECT_LE(verified.of_openssl, 1);
    EXPECT_LE(authenticated.of_openssl, 1);
  }
}

TEST(Allocations, of_the_copies_of_an_identity_there_are_none) {
  const auto key = test::key_named("key-1");
  test::MisbehavingServer server;
  server.answer(test::set_of({key}));
  RemoteVerifier verifier{test::policy(), test::source_of(server)};
  const auto identity = verifier.verify(test::token_of(key));
  ASSERT_TRUE(identity);
  EXPECT_EQ(cost_of([&] {
              const Identity copy = *identity;
              EXPECT_EQ(copy.subject().size(), identity->subject().size());
            }).ours,
            0);
}

}  // namespace
}  // namespace drawbridge
