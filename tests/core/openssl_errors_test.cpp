// OpenSSL queues errors for each thread. Who uses it after us in the same thread, a TLS server above all,
// must find none of ours there, and theirs as they were.

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "core/jose/openssl_handles.h"
#include "core/jose/verification.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::TestKey;

constexpr TokenTime now{1'800'000'000s};

TestKey key_of(Algorithm algorithm) {
  return TestKey::generate(algorithm, "key-1");
}

void expect_no_error(const std::string& name) {
  EXPECT_EQ(ERR_peek_error(), 0) << name << ": " << ERR_error_string(ERR_peek_error(), nullptr);
  ERR_clear_error();
}

struct KeyCase {
  std::string name;
  std::string jwk;
};

TEST(OpenSslErrors, AreNotLeftByAKeyThatIsRefused) {
  const std::string coordinate(43, 'A');
  const std::string ec = R"({"kid":"a","kty":"EC",)";
  const std::string rsa = R"({"kid":"a","kty":"RSA",)";
  const std::string modulus = "w" + std::string(341, 'A') + "E";  // of 2,058 bits, odd
  const KeyCase cases[] = {
      {"EC, not on its curve",
       ec + R"("crv":"P-256","x":")" + coordinate + R"(","y":")" + coordinate + R"("})"},
      {"EC, coordinates too large",
       ec + R"("crv":"P-256","x":"__________________________________________8","y":")" + coordinate +
           R"("})"},
      {"EC, coordinates too short", ec + R"("crv":"P-256","x":"AA","y":"AA"})"},
      {"EC, another curve", ec + R"("crv":"secp256k1","x":"AA","y":"AA"})"},
      {"P-384, not on its curve",
       ec + R"("crv":"P-384","x":")" + std::string(64, 'A') + R"(","y":")" + std::string(64, 'A') + R"("})"},
      {"P-521, not on its curve",
       ec + R"("crv":"P-521","x":")" + std::string(88, 'A') + R"(","y":")" + std::string(88, 'A') + R"("})"},
      {"RSA, too short", rsa + R"("n":"AQAB","e":"AQAB"})"},
      {"RSA, no exponent", rsa + R"("n":")" + modulus + R"("})"},
      {"RSA, an exponent of 1", rsa + R"("n":")" + modulus + R"(","e":"AQ"})"},
      {"RSA, an even exponent", rsa + R"("n":")" + modulus + R"(","e":"Ag"})"},
      {"Ed25519, no point", R"({"kid":"a","kty":"OKP","crv":"Ed25519","x":"AA"})"},
  };
  ERR_clear_error();
  for (const KeyCase& each : cases) {
    const KeySet keys = test::key_set_of({each.jwk});
    EXPECT_EQ(keys.usable_count(), 0) << each.name;
    expect_no_error(each.name);
  }
}

TEST(OpenSslErrors, AreNotLeftByATokenThatIsRefused) {
  for (const Algorithm algorithm :
       {Algorithm::eddsa, Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::rs256,
        Algorithm::rs384, Algorithm::rs512, Algorithm::ps256, Algorithm::ps384, Algorithm::ps512}) {
    const TestKey key = key_of(algorithm);
    const KeySet keys = test::key_set_of({key.jwk()});
    Policy policy{"https://a.example", "https://a.example"};
    policy.algorithms = {algorithm};
    const std::string token =
        key.token(R"({"exp":1800000900,"iss":"https://a.example","aud":"https://a.example","sub":"u"})");
    const std::size_t signature = token.rfind('.') + 1;
    const std::size_t size = token.size() - signature;
    const std::string head = token.substr(0, signature);
    const std::string other = key.token("{}");
    std::string changed = token;
    changed[signature + size / 2] = changed[signature + size / 2] == 'A' ? 'B' : 'A';
    const std::pair<std::string, std::string> cases[] = {
        {"a bit changed", changed},
        {"all zero", head + std::string(size, 'A')},
        {"all but the unused bits one", head + std::string(size - 1, '_') + token.back()},
        {"cut", token.substr(0, token.size() - 4)},
        {"empty", head},
        {"another text's", head + other.substr(other.rfind('.') + 1)},
    };
    for (const auto& [name, bad] : cases) {
      ERR_clear_error();
      EXPECT_FALSE(verify_token(bad, policy, keys, now)) << name_of(algorithm) << ", " << name;
      expect_no_error(std::string{name_of(algorithm)} + ", " + name);
    }
    ERR_clear_error();
    EXPECT_TRUE(verify_token(token, policy, keys, now)) << name_of(algorithm);
    expect_no_error(std::string{name_of(algorithm)});
  }
}

TEST(OpenSslErrors, OfSomebodyElseStay) {
  const TestKey key = key_of(Algorithm::es256);
  const KeySet keys = test::key_set_of({key.jwk()});
  Policy policy{"https://a.example", "https://a.example"};
  policy.algorithms = {Algorithm::es256};
  const std::string token = key.token("{}");
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, ERR_R_PASSED_NULL_PARAMETER);
  const auto theirs = ERR_peek_error();
  EXPECT_FALSE(verify_token(token.substr(0, token.rfind('.') + 1) + std::string(86, 'A'), policy, keys, now));
  EXPECT_EQ(test::key_set_of({R"({"kid":"a","kty":"EC","crv":"P-256","x":"AA","y":"AA"})"}).usable_count(),
            0);
  EXPECT_EQ(ERR_get_error(), theirs);
  EXPECT_EQ(ERR_peek_error(), 0);
}

TEST(OpenSslErrors, AreTakenBackWhateverStoodBefore) {
  for (const int before : {0, 1, 3}) {
    ERR_clear_error();
    for (int i = 0; i < before; ++i) ERR_raise(ERR_LIB_USER, ERR_R_PASSED_NULL_PARAMETER);
    {
      const OpenSslErrors ours;
      ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
      ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
    }
    for (int i = 0; i < before; ++i) EXPECT_EQ(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
    EXPECT_EQ(ERR_peek_error(), 0) << before;
  }
}

}  // namespace
}  // namespace drawbridge
