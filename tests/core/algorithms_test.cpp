// Every algorithm: good signatures pass; every truncation, every flipped bit and every mix-up is refused.

#include <ostream>

#include <gtest/gtest.h>

#include "core/jose/base64url.h"
#include "core/jose/key_selector.h"
#include "core/jose/signature.h"
#include "core/jose/verification.h"
#include "tests/support/test_keys.h"

namespace drawbridge {

void PrintTo(Algorithm algorithm, std::ostream* out) {
  *out << name_of(algorithm);
}

namespace {

using test::TestKey;

constexpr std::array algorithms{Algorithm::eddsa, Algorithm::ed25519, Algorithm::es256, Algorithm::es384,
                                Algorithm::es512, Algorithm::rs256,   Algorithm::rs384, Algorithm::rs512,
                                Algorithm::ps256, Algorithm::ps384,   Algorithm::ps512};

/// EdDSA by its two names.
bool are_one(Algorithm one, Algorithm other) {
  const auto is_ed25519 = [](Algorithm a) { return a == Algorithm::eddsa || a == Algorithm::ed25519; };
  return one == other || (is_ed25519(one) && is_ed25519(other));
}

const TokenTime now{std::chrono::seconds{1'800'000'000}};
const std::string payload =
    R"({"exp":1800000900,"iss":"https://a.example","aud":"https://a.example","sub":"u"})";

Policy policy_of(std::vector<Algorithm> allowed) {
  Policy policy{"https://a.example", "https://a.example"};
  policy.algorithms = std::move(allowed);
  return policy;
}

class EveryAlgorithm : public ::testing::TestWithParam<Algorithm> {
 protected:
  std::optional<ErrorCode> code_of(std::string_view candidate) const {
    const auto identity = Verifier{policy}.verify(candidate, keys, now);
    return identity ? std::nullopt : std::optional{identity.error().code};
  }

  TestKey key = TestKey::generate(GetParam(), "k");
  KeySet keys = test::key_set_of({key.jwk()});
  Policy policy = policy_of({GetParam()});
  std::string token = key.token(payload);
};

TEST_P(EveryAlgorithm, AcceptsItsSignature) {
  EXPECT_EQ(code_of(token), std::nullopt);
}

TEST_P(EveryAlgorithm, RefusesEveryTruncation) {
  for (std::size_t size = 0; size < token.size(); ++size)
    ASSERT_NE(code_of(std::string_view{token}.substr(0, size)), std::nullopt) << size;
}

TEST_P(EveryAlgorithm, RefusesEveryFlippedBit) {
  for (std::size_t i = 0; i < token.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = token;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      ASSERT_NE(code_of(flipped), std::nullopt) << "byte " << i << " bit " << bit;
    }
}

TEST_P(EveryAlgorithm, RefusesASignatureOfAnotherLength) {
  const std::size_t dot = token.rfind('.');
  const std::string signature = *decode_base64url(token.substr(dot + 1));
  for (const std::string& other : {std::string{}, signature + '\0', '\0' + signature, signature + signature,
                                   signature.substr(1), signature.substr(0, signature.size() - 1)})
    EXPECT_EQ(code_of(token.substr(0, dot + 1) + encode_base64url(other)), ErrorCode::signature_invalid)
        << other.size();
  const std::string zeros(signature.size(), '\0');
  EXPECT_EQ(code_of(token.substr(0, dot + 1) + encode_base64url(zeros)), ErrorCode::signature_invalid);
}

TEST_P(EveryAlgorithm, IsRefusedWhereThePolicyLacksIt) {
  for (const Algorithm other : algorithms) {
    if (are_one(other, GetParam())) continue;  // below
    policy = policy_of({other});
    EXPECT_EQ(code_of(token), ErrorCode::algorithm_not_allowed) << name_of(other);
  }
}

TEST_P(EveryAlgorithm, IsNotTakenForAnother) {
  policy = policy_of({algorithms.begin(), algorithms.end()});
  const KeySet without_alg = test::key_set_of({'{' + key.material() + R"(,"kid":"k"})"});
  for (const Algorithm other : algorithms) {
    if (are_one(other, GetParam())) continue;  // below
    const std::string header = R"({"alg":")" + std::string{name_of(other)} + R"(","kid":"k"})";
    const std::string confused = key.token(header, payload);
    EXPECT_EQ(code_of(confused), ErrorCode::key_unusable) << name_of(other);
    EXPECT_FALSE(Verifier{policy}.verify(confused, without_alg, now)) << name_of(other);
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, EveryAlgorithm, ::testing::ValuesIn(algorithms),
                         [](const auto& algorithm) { return std::string{name_of(algorithm.param)}; });

struct NamesCase {
  const char* name;
  std::vector<Algorithm> accepted;
  const char* alg_of_token;
  const char* key;  ///< members beside the key itself, or instead of it where they name a kty
  std::optional<ErrorCode> code;
};

TEST(Ed25519, IsEdDsaByEitherNameAndNothingElse) {
  using enum Algorithm;
  using enum ErrorCode;
  const std::vector<Algorithm> by_default = policy_of({eddsa}).algorithms;
  const std::vector<Algorithm> all{algorithms.begin(), algorithms.end()};
  const std::vector<NamesCase> cases{
      // The list: EdDSA covers both names, Ed25519 is itself.
      {"listed_eddsa_token_eddsa", by_default, "EdDSA", R"("alg":"EdDSA")", std::nullopt},
      {"listed_eddsa_token_ed25519", by_default, "Ed25519", R"("alg":"Ed25519")", std::nullopt},
      {"listed_ed25519_token_ed25519", {ed25519}, "Ed25519", R"("alg":"Ed25519")", std::nullopt},
      {"listed_ed25519_token_eddsa", {ed25519}, "EdDSA", R"("alg":"EdDSA")", algorithm_not_allowed},
      {"listed_both", {ed25519, eddsa}, "EdDSA", R"("alg":"Ed25519")", std::nullopt},
      {"listed_es256", {es256}, "Ed25519", R"("alg":"Ed25519")", algorithm_not_allowed},
      // The key: its curve says all that either name does.
      {"key_by_the_old_name", by_default, "Ed25519", R"("alg":"EdDSA")", std::nullopt},
      {"key_by_the_new_name", by_default, "EdDSA", R"("alg":"Ed25519")", std::nullopt},
      {"key_without_alg", by_default, "Ed25519", R"("use":"sig")", std::nullopt},
      {"key_for_es256", all, "Ed25519", R"("alg":"ES256")", key_unusable},
      {"key_for_hs256", all, "Ed25519", R"("alg":"HS256")", key_unusable},
      {"key_for_ed448", all, "Ed25519", R"("alg":"Ed448")", key_unusable},
      {"key_of_ed448", all, "Ed25519", R"("kty":"OKP","crv":"Ed448","x":"AAAA","alg":"Ed25519")",
       key_unusable},
      {"key_of_x25519", all, "Ed25519", R"("kty":"OKP","crv":"X25519","x":"AAAA","alg":"Ed25519")",
       key_unusable},
      {"key_for_encryption", all, "Ed25519", R"("alg":"Ed25519","use":"enc")", key_unusable},
      // The token: names that look like it.
      {"token_ed448", all, "Ed448", R"("alg":"EdDSA")", algorithm_not_allowed},
      {"token_lower_case", all, "ed25519", R"("alg":"Ed25519")", algorithm_not_allowed},
      {"token_upper_case", all, "ED25519", R"("alg":"Ed25519")", algorithm_not_allowed},
      {"token_ed25519ph", all, "Ed25519ph", R"("alg":"Ed25519")", algorithm_not_allowed},
      {"token_with_space", all, "Ed25519 ", R"("alg":"Ed25519")", algorithm_not_allowed},
      {"token_es256", all, "ES256", R"("alg":"Ed25519")", key_unusable},
      {"token_rs256", all, "RS256", R"("alg":"Ed25519")", key_unusable},
      {"token_hs256", all, "HS256", R"("alg":"Ed25519")", algorithm_not_allowed},
      {"token_none", all, "none", R"("alg":"Ed25519")", algorithm_not_allowed},
  };
  const TestKey key = TestKey::generate(ed25519, "k");
  for (const NamesCase& c : cases) {
    const std::string own = std::string_view{c.key}.contains("kty") ? "" : key.material() + ',';
    const KeySet keys = test::key_set_of({'{' + own + c.key + R"(,"kid":"k"})"});
    const std::string token =
        key.token(R"({"alg":")" + std::string{c.alg_of_token} + R"(","kid":"k"})", payload);
    const auto identity = Verifier{policy_of(c.accepted)}.verify(token, keys, now);
    EXPECT_EQ(identity ? std::nullopt : std::optional{identity.error().code}, c.code) << c.name;
  }
}

TEST(Ed25519, IsNotTheNameOfAKeyOfAnotherKind) {
  const TestKey ec = TestKey::generate(Algorithm::es256, "k");
  const TestKey rsa = TestKey::generate(Algorithm::rs256, "k");
  const Policy all = policy_of({algorithms.begin(), algorithms.end()});
  for (const TestKey& key : {ec, rsa}) {
    const std::string token = key.token(R"({"alg":"Ed25519","kid":"k"})", payload);
    for (const char* alg : {"", R"(,"alg":"Ed25519")", R"(,"alg":"EdDSA")"}) {
      const KeySet keys = test::key_set_of({'{' + key.material() + R"(,"kid":"k")" + alg + '}'});
      const auto identity = Verifier{all}.verify(token, keys, now);
      ASSERT_FALSE(identity) << name_of(key.algorithm()) << alg;
      EXPECT_EQ(identity.error().code, ErrorCode::key_unusable) << name_of(key.algorithm()) << alg;
    }
  }
}

TEST(Ed25519, UnderTwoNamesInOneSetIsStillTwoKeys) {
  const TestKey key = TestKey::generate(Algorithm::eddsa, "k");
  const TestKey other = TestKey::generate(Algorithm::ed25519, "k");
  const KeySet keys = test::key_set_of({key.jwk(), other.jwk()});
  for (const char* alg : {"EdDSA", "Ed25519"}) {
    const std::string token = key.token(R"({"alg":")" + std::string{alg} + R"(","kid":"k"})", payload);
    const auto identity = Verifier{policy_of({Algorithm::eddsa})}.verify(token, keys, now);
    ASSERT_FALSE(identity) << alg;
    EXPECT_EQ(identity.error().code, ErrorCode::key_unusable) << alg << ": no choice between two of one kid";
  }
}

TEST(Ed25519, RefusesAnUnreducedScalar) {
  // S + L verifies under the bare equation (RFC 8032 §5.1.7); accepting it would let a token be re-spelt.
  const TestKey key = TestKey::generate(Algorithm::eddsa, "k");
  const KeySet keys = test::key_set_of({key.jwk()});
  std::string signature = key.sign("message");
  constexpr std::array<unsigned char, 32> order{
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  const Key& held = **KeySelector::select(keys, "k", Algorithm::eddsa);
  ASSERT_TRUE(verify_signature(held, Algorithm::eddsa, "message", signature));
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]) + order[i];
    signature[32 + i] = static_cast<char>(carry & 0xFF);
    carry >>= 8;
  }
  EXPECT_FALSE(verify_signature(held, Algorithm::eddsa, "message", signature));
}

TEST(SignatureOfAnyKey, DoesNotVerifyUnderAnAlgorithmThatTheKeyDoesNotFit) {
  const TestKey key = TestKey::generate(Algorithm::rs256, "k");
  const KeySet keys = test::key_set_of({key.jwk()});
  const Key& held = **KeySelector::select(keys, "k", Algorithm::rs256);
  EXPECT_TRUE(verify_signature(held, Algorithm::rs256, "message", key.sign("message")));
  EXPECT_FALSE(verify_signature(held, Algorithm::ps256, "message", key.sign("message")));
}

}  // namespace
}  // namespace drawbridge
