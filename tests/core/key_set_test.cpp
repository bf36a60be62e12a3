#include "drawbridge/key_set.h"

#include <gtest/gtest.h>

#include "core/jose/base64url.h"
#include "core/jose/key_selector.h"
#include "tests/support/json.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using test::TestKey;

const TestKey& ed25519_key() {
  static const TestKey key = TestKey::generate(Algorithm::eddsa, "ed");
  return key;
}
const TestKey& p256_key() {
  static const TestKey key = TestKey::generate(Algorithm::es256, "ec");
  return key;
}
const TestKey& rsa_key() {
  static const TestKey key = TestKey::generate(Algorithm::rs256, "rsa");
  return key;
}

std::string okp(const std::string& x) {
  return R"({"kid":"k","kty":"OKP","crv":"Ed25519","x":")" + x + R"("})";
}

/// What the set says of its only key: empty when usable.
std::string reason_of(const std::string& jwk) {
  const auto keys = KeySet::parse(test::jwks_of({jwk}));
  if (!keys) return "no set: " + keys.error();
  if (keys->size() != 1) return "not one key";
  EXPECT_EQ(keys->usable_count(), keys->descriptions().front().usable() ? 1 : 0);
  return keys->descriptions().front().reason;
}

struct BadKey {
  const char* name;
  std::string jwk;
  const char* reason;  ///< part of it
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(KeySetKeys, ABadOneIsListedWithItsReason) {
  const std::string zeros = encode_base64url(std::string(32, '\0'));
  const std::string small_order = encode_base64url('\1' + std::string(31, '\0'));
  const std::string not_canonical = encode_base64url('\xEE' + std::string(30, '\xFF') + '\x7F');
  const BadKey cases[] = {
      {"number", "7", "not a JSON object"},
      {"member_twice", R"({"kid":"k","kid":"l"})", "twice"},
      {"over_1000_members", test::object_of(1'001), "over 1,000 members"},
      {"kid_missing", R"({"kty":"OKP"})", "no kid"},
      {"kid_number", R"({"kid":7})", "no kid"},
      {"kid_too_long", R"({"kid":")" + std::string(257, 'k') + R"("})", "256"},
      {"kty_missing", R"({"kid":"k"})", "kty"},
      {"kty_unknown", R"({"kid":"k","kty":"XYZ"})", "kty"},
      {"shared_secret", R"({"kid":"k","kty":"oct"})", "shared secret"},
      {"shared_secret_published", R"({"kid":"k","kty":"oct","k":"AAAA"})", "private members"},
      {"okp_private", ed25519_key().jwk(R"(,"d":"AAAA")"), "private members"},
      {"rsa_private", rsa_key().jwk(R"(,"p":"AAAA")"), "private members"},
      {"ed448", R"({"kid":"k","kty":"OKP","crv":"Ed448","x":"AAAA"})", "crv"},
      {"x25519", R"({"kid":"k","kty":"OKP","crv":"X25519","x":"AAAA"})", "crv"},
      {"x_missing", R"({"kid":"k","kty":"OKP","crv":"Ed25519"})", "no x"},
      {"x_number", R"({"kid":"k","kty":"OKP","crv":"Ed25519","x":7})", "base64url"},
      {"x_padded", okp(encode_base64url(std::string(32, 'a')) + "="), "base64url"},
      {"x_short", okp(encode_base64url(std::string(31, 'a'))), "32 bytes"},
      {"x_zero", okp(zeros), "small order"},
      {"x_identity", okp(small_order), "small order"},
      {"x_not_canonical", okp(not_canonical), "not a valid point"},
      {"ec_curve_unknown", R"({"kid":"k","kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})", "crv"},
      {"ec_y_missing", R"({"kid":"k","kty":"EC","crv":"P-256","x":"AAAA"})", "no y"},
      {"ec_short", R"({"kid":"k","kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})", "wrong length"},
      {"ec_off_curve",
       R"({"kid":"k","kty":"EC","crv":"P-256","x":")" + zeros + R"(","y":")" + zeros + R"("})",
       "not a point"},
      {"ec_wrong_curve", replaced(p256_key().jwk(), "P-256", "P-384"), "wrong length"},
      {"rsa_1024", TestKey::generate(Algorithm::rs256, "k", 1024).jwk(), "1024 bits"},
      {"rsa_e_1", replaced(rsa_key().jwk(), R"("e":"AQAB")", R"("e":"AQ")"), "exponent"},
      {"rsa_e_even", replaced(rsa_key().jwk(), R"("e":"AQAB")", R"("e":"AQAA")"), "exponent"},
      {"rsa_e_leading_zero", replaced(rsa_key().jwk(), R"("e":"AQAB")", R"("e":"AAEAAQ")"), "zero octet"},
      {"rsa_e_empty", replaced(rsa_key().jwk(), R"("e":"AQAB")", R"("e":"")"), "zero octet"},
      {"rsa_e_missing", replaced(rsa_key().jwk(), R"("e":"AQAB")", R"("f":"AQAB")"), "no e"},
      {"alg_unknown", replaced(rsa_key().jwk(), "RS256", "RSA-OAEP"), "alg"},
      {"alg_hmac", replaced(rsa_key().jwk(), "RS256", "HS256"), "alg"},
      {"alg_of_another_kty", replaced(rsa_key().jwk(), "RS256", "EdDSA"), "does not match"},
      {"alg_of_another_curve", replaced(p256_key().jwk(), "ES256", "ES512"), "does not match"},
      {"alg_ed25519_of_rsa", replaced(rsa_key().jwk(), "RS256", "Ed25519"), "does not match"},
      {"alg_ed25519_of_p256", replaced(p256_key().jwk(), "ES256", "Ed25519"), "does not match"},
      {"alg_ed25519_of_ed448", R"({"kid":"k","kty":"OKP","crv":"Ed448","x":"AAAA","alg":"Ed25519"})", "crv"},
      {"alg_ed448", replaced(ed25519_key().jwk(), "EdDSA", "Ed448"), "alg"},
      {"alg_es256_of_ed25519", replaced(ed25519_key().jwk(), "EdDSA", "ES256"), "does not match"},
      {"use_enc", ed25519_key().jwk(R"(,"use":"enc")"), "use is not sig"},
      {"key_ops_empty", ed25519_key().jwk(R"(,"key_ops":[])"), "no verify"},
      {"key_ops_text", ed25519_key().jwk(R"(,"key_ops":"verify")"), "not an array"},
  };
  for (const BadKey& c : cases) {
    EXPECT_NE(reason_of(c.jwk), "") << c.name;
    EXPECT_NE(reason_of(c.jwk).find(c.reason), std::string::npos) << c.name << ": " << reason_of(c.jwk);
  }
}

TEST(KeySetKeys, AGoodOneIsUsableWithWhateverIsForeignToItsKty) {
  EXPECT_EQ(reason_of(ed25519_key().jwk()), "");
  EXPECT_EQ(reason_of(replaced(ed25519_key().jwk(), "EdDSA", "Ed25519")), "");
  EXPECT_EQ(reason_of(ed25519_key().jwk(R"(,"n":7,"x5t":"?")")), "");
  EXPECT_EQ(reason_of(rsa_key().jwk(R"(,"crv":"Ed25519")")), "");
  EXPECT_EQ(reason_of(p256_key().jwk(R"(,"ext":true)")), "");
  EXPECT_EQ(reason_of(TestKey::generate(Algorithm::ps512, "k", 4096).jwk()), "");
}

TEST(KeySetDocument, OtherThanAnArrayOfKeysIsNoSet) {
  for (const char* text : {"", "[]", "7", "<html>", "{}", R"({"keys":null})", R"({"keys":{}})",
                           R"({"keys":[]} x)", R"({"keys":[],"keys":[]})", R"({"Keys":[]})"})
    EXPECT_FALSE(KeySet::parse(text)) << text;
  EXPECT_TRUE(KeySet::parse(R"({"keys":[]})"));
  EXPECT_TRUE(KeySet::parse(R"({"more":1,"keys":[]})"));
}

TEST(KeySetDocument, HoldsAtMost1000Keys) {
  const auto set_of = [](int count) {
    std::string text = R"({"keys":[)";
    for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string{"{}"};
    return KeySet::parse(text + "]}");
  };
  ASSERT_TRUE(set_of(1000));
  EXPECT_EQ(set_of(1000)->size(), 1000);
  EXPECT_FALSE(set_of(1001));
}

TEST(KeySetDocument, KeepsTheOrderAndTheKids) {
  const KeySet keys = test::key_set_of({p256_key().jwk(), R"({"kid":"bad"})", ed25519_key().jwk()});
  ASSERT_EQ(keys.size(), 3);
  EXPECT_EQ(keys.usable_count(), 2);
  EXPECT_EQ(keys.descriptions()[0].kid, "ec");
  EXPECT_EQ(keys.descriptions()[1].kid, "bad");
  EXPECT_EQ(keys.descriptions()[2].crv, "Ed25519");
  EXPECT_TRUE(keys.has_kid("bad"));
  EXPECT_TRUE(keys.has_kid("ed"));
  EXPECT_FALSE(keys.has_kid("ED"));
}

TEST(KeySetDocument, SelectsAKeyByItsKidAlgorithmAndThumbprint) {
  const KeySet before = test::key_set_of({ed25519_key().jwk()});
  const Thumbprint thumbprint = (*KeySelector::select(before, "ed", Algorithm::eddsa))->thumbprint;
  const std::string renamed = '{' + ed25519_key().material() + R"(,"kid":"renamed"})";
  const TestKey reused = TestKey::generate(Algorithm::eddsa, "ed");
  const struct {
    const char* name;
    KeySet set;
    const char* kid;
    Algorithm algorithm;
    bool selects;
  } cases[] = {
      {"the same set", before, "ed", Algorithm::eddsa, true},
      {"another algorithm", before, "ed", Algorithm::es256, false},
      {"the other name of its algorithm", before, "ed", Algorithm::ed25519, true},
      {"listed under that name now", test::key_set_of({replaced(ed25519_key().jwk(), "EdDSA", "Ed25519")}),
       "ed", Algorithm::eddsa, true},
      {"another kid", before, "renamed", Algorithm::eddsa, false},
      {"the key has moved to another kid", test::key_set_of({renamed}), "ed", Algorithm::eddsa, false},
      {"asked for by the kid that it moved to", test::key_set_of({renamed}), "renamed", Algorithm::eddsa,
       true},
      {"the kid is another key's now", test::key_set_of({reused.jwk()}), "ed", Algorithm::eddsa, false},
      {"the kid is listed twice", test::key_set_of({ed25519_key().jwk(), reused.jwk()}), "ed",
       Algorithm::eddsa, false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(KeySelector::selects(c.set, c.kid, c.algorithm, thumbprint), c.selects) << c.name;
}

TEST(Thumbprints, AreThoseOfTheRfcs) {
  // RFC 8037 appendix A.3 and RFC 7638 §3.1.
  const std::string ed25519 =
      R"({"kid":"a","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  const std::string rsa =
      R"({"kid":"b","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"})";
  const KeySet keys = test::key_set_of({ed25519, rsa});
  const auto thumbprint = [&](const char* kid, Algorithm algorithm) {
    const Thumbprint bytes = (*KeySelector::select(keys, kid, algorithm))->thumbprint;
    return encode_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(thumbprint("a", Algorithm::eddsa), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  EXPECT_EQ(thumbprint("b", Algorithm::rs256), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

}  // namespace
}  // namespace drawbridge
