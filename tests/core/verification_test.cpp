// Each code of the groups malformed and rejected, reached by a named token that nothing else is wrong with.

#include "core/jose/verification.h"

#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "core/jose/base64url.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using enum ErrorCode;
using test::TestKey;

constexpr std::int64_t now_seconds = 1'800'000'000;
const TokenTime now{std::chrono::seconds{now_seconds}};
const std::string issuer = "https://app.example.com";
const std::string user_uuid = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";

const TestKey& good_key() {
  static const TestKey key = TestKey::generate(Algorithm::eddsa, "key-1");
  return key;
}

/// The claims of a good token, with `changed` members put in their place: `{"iss", ""}` removes iss.
std::string claims(std::vector<std::pair<std::string, std::string>> changed = {}) {
  std::vector<std::pair<std::string, std::string>> members{{"iat", std::to_string(now_seconds - 10)},
                                                           {"exp", std::to_string(now_seconds + 900)},
                                                           {"iss", '"' + issuer + '"'},
                                                           {"aud", '"' + issuer + '"'},
                                                           {"sub", R"("user-1")"},
                                                           {"uuid", '"' + user_uuid + '"'}};
  for (auto& [name, value] : changed) {
    const auto same = std::ranges::find(members, name, &std::pair<std::string, std::string>::first);
    if (same == members.end())
      members.emplace_back(name, value);
    else
      same->second = value;
  }
  std::string text;
  for (const auto& [name, value] : members)
    if (!value.empty()) text += (text.empty() ? "" : ",") + ('"' + name + "\":" + value);
  return '{' + text + '}';
}

Policy policy() {
  return {issuer, issuer};
}

std::optional<ErrorCode> code_of(const std::string& token, const Policy& with = policy(),
                                 const KeySet& keys = test::key_set_of({good_key().jwk()}),
                                 TokenTime at = now) {
  const auto identity = Verifier{with}.verify(token, keys, at);
  return identity ? std::nullopt : std::optional{identity.error().code};
}

struct Case {
  std::string name;
  std::string text;
  std::optional<ErrorCode> code;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}
std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

// --- headers ---------------------------------------------------------------------------------------

class Header : public ::testing::TestWithParam<Case> {};

TEST_P(Header, HasExactlyThisOutcome) {
  EXPECT_EQ(code_of(good_key().token(GetParam().text, claims())), GetParam().code);
}

std::string header_with(const std::string& members) {
  return R"({"alg":"EdDSA","kid":"key-1")" + members + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Headers, Header,
    ::testing::Values(
        Case{"as_better_auth_writes_it", header_with(""), std::nullopt},
        Case{"typ_jwt", header_with(R"(,"typ":"JWT")"), std::nullopt},
        Case{"typ_jwt_lower_case", header_with(R"(,"typ":"jwt")"), std::nullopt},
        Case{"typ_application_jwt", header_with(R"(,"typ":"Application/JWT")"), std::nullopt},
        Case{"unknown_members_are_ignored", header_with(R"(,"jku":"https://evil.example","x5c":[],"jwk":{})"),
             std::nullopt},
        Case{"typ_access_token", header_with(R"(,"typ":"at+jwt")"), token_type_not_allowed},
        Case{"typ_session_cache", header_with(R"(,"typ":"better-auth.session-cache+jwt")"),
             token_type_not_allowed},
        Case{"typ_logout", header_with(R"(,"typ":"logout+jwt")"), token_type_not_allowed},
        Case{"typ_empty", header_with(R"(,"typ":"")"), token_type_not_allowed},
        Case{"typ_only_prefix", header_with(R"(,"typ":"application/")"), token_type_not_allowed},
        Case{"typ_number", header_with(R"(,"typ":1)"), token_type_not_allowed},
        Case{"typ_null", header_with(R"(,"typ":null)"), token_type_not_allowed},
        Case{"alg_missing", R"({"kid":"key-1"})", token_malformed},
        Case{"alg_number", R"({"alg":1,"kid":"key-1"})", token_malformed},
        Case{"alg_null", R"({"alg":null,"kid":"key-1"})", token_malformed},
        Case{"alg_none", R"({"alg":"none","kid":"key-1"})", algorithm_not_allowed},
        Case{"alg_none_mixed_case", R"({"alg":"nOnE","kid":"key-1"})", algorithm_not_allowed},
        Case{"alg_hs256", R"({"alg":"HS256","kid":"key-1"})", algorithm_not_allowed},
        Case{"alg_lower_case", R"({"alg":"eddsa","kid":"key-1"})", algorithm_not_allowed},
        Case{"alg_known_but_not_in_policy", R"({"alg":"ES256","kid":"key-1"})", algorithm_not_allowed},
        Case{"alg_empty", R"({"alg":"","kid":"key-1"})", algorithm_not_allowed},
        Case{"kid_missing", R"({"alg":"EdDSA"})", key_id_missing},
        Case{"kid_empty", R"({"alg":"EdDSA","kid":""})", key_id_missing},
        Case{"kid_number", R"({"alg":"EdDSA","kid":1})", token_malformed},
        Case{"kid_null", R"({"alg":"EdDSA","kid":null})", token_malformed},
        Case{"kid_256_bytes", R"({"alg":"EdDSA","kid":")" + std::string(256, 'k') + R"("})", key_unknown},
        Case{"kid_257_bytes", R"({"alg":"EdDSA","kid":")" + std::string(257, 'k') + R"("})", token_malformed},
        Case{"kid_other_case_is_another_key", R"({"alg":"EdDSA","kid":"KEY-1"})", key_unknown},
        Case{"crit", header_with(R"(,"crit":["exp"])"), token_malformed},
        Case{"crit_null", header_with(R"(,"crit":null)"), token_malformed},
        Case{"b64", header_with(R"(,"b64":true)"), token_malformed},
        Case{"member_twice", header_with(R"(,"alg":"EdDSA")"), token_malformed},
        Case{"member_twice_after_unescaping", header_with(R"(,"\u0061lg":"EdDSA")"), token_malformed},
        Case{"member_twice_deep_inside", header_with(R"(,"x":[{"y":1,"y":1}])"), token_malformed},
        Case{"nested_16_deep", header_with(R"(,"x":)" + std::string(15, '[') + std::string(15, ']')),
             std::nullopt},
        Case{"nested_17_deep", header_with(R"(,"x":)" + std::string(16, '[') + std::string(16, ']')),
             token_malformed},
        Case{"array", R"(["EdDSA","key-1"])", token_malformed}, Case{"text", R"("EdDSA")", token_malformed},
        Case{"empty", "", token_malformed}, Case{"no_json", "EdDSA", token_malformed},
        Case{"more_after_the_object", header_with("") + " x", token_malformed},
        Case{"bad_utf8", header_with(",\"x\":\"\xC3\x28\""), token_malformed},
        Case{"lone_surrogate", header_with(R"(,"x":"\ud800")"), token_malformed},
        Case{"byte_order_mark", "\xEF\xBB\xBF" + header_with(""), token_malformed}),
    case_name);

// --- claims ----------------------------------------------------------------------------------------

class Claims : public ::testing::TestWithParam<Case> {};

TEST_P(Claims, HaveExactlyThisOutcome) {
  EXPECT_EQ(code_of(good_key().token(GetParam().text)), GetParam().code);
}

TEST_P(Claims, HaveTheSameFaultWhenTheKeyIsNotHeld) {
  const auto expected = GetParam().code.value_or(key_unknown);
  EXPECT_EQ(code_of(good_key().token(GetParam().text), policy(), KeySet{}), expected);
}

std::string at(std::int64_t offset) {
  return std::to_string(now_seconds + offset);
}

INSTANTIATE_TEST_SUITE_P(
    Times, Claims,
    ::testing::Values(Case{"good", claims(), std::nullopt},
                      Case{"exp_missing", claims({{"exp", ""}}), claim_missing},
                      Case{"exp_null", claims({{"exp", "null"}}), claim_missing},
                      Case{"exp_text", claims({{"exp", R"("1")"}}), claim_invalid},
                      Case{"exp_true", claims({{"exp", "true"}}), claim_invalid},
                      Case{"exp_negative", claims({{"exp", "-1"}}), claim_invalid},
                      Case{"exp_last_allowed", claims({{"exp", "253402300799"}}), std::nullopt},
                      Case{"exp_in_year_10000", claims({{"exp", "253402300800"}}), claim_invalid},
                      Case{"exp_in_milliseconds", claims({{"exp", "1800000900000"}}), claim_invalid},
                      Case{"exp_huge", claims({{"exp", "1e300"}}), claim_invalid},
                      Case{"exp_no_number_of_json", claims({{"exp", "1e999"}}), token_malformed},
                      Case{"exp_fraction", claims({{"exp", at(1) + ".5"}}), std::nullopt},
                      Case{"exp_within_skew", claims({{"exp", at(-29)}}), std::nullopt},
                      Case{"exp_at_the_end_of_skew", claims({{"exp", at(-30)}}), token_expired},
                      Case{"exp_just_within_skew", claims({{"exp", at(-30) + ".001"}, {"iat", ""}}),
                           std::nullopt},
                      Case{"exp_zero", claims({{"exp", "0"}}), token_expired},
                      Case{"nbf_at_the_end_of_skew", claims({{"nbf", at(30)}}), std::nullopt},
                      Case{"nbf_beyond_skew", claims({{"nbf", at(31)}}), token_not_yet_valid},
                      Case{"nbf_null_is_absent", claims({{"nbf", "null"}}), std::nullopt},
                      Case{"nbf_text", claims({{"nbf", R"("0")"}}), claim_invalid},
                      Case{"iat_missing", claims({{"iat", ""}}), std::nullopt},
                      Case{"iat_beyond_skew", claims({{"iat", at(31)}}), token_not_yet_valid},
                      Case{"iat_array", claims({{"iat", "[]"}}), claim_invalid},
                      Case{"wrong_type_before_expiry", claims({{"exp", "1"}, {"iat", "[]"}}), claim_invalid},
                      Case{"expiry_before_issuer", claims({{"exp", "1"}, {"iss", R"("x")"}}), token_expired}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Parties, Claims,
    ::testing::Values(
        Case{"iss_missing", claims({{"iss", ""}}), claim_missing},
        Case{"iss_null", claims({{"iss", "null"}}), claim_missing},
        Case{"iss_array", claims({{"iss", R"(["https://app.example.com"])"}}), claim_invalid},
        Case{"iss_other", claims({{"iss", R"("https://evil.example")"}}), issuer_mismatch},
        Case{"iss_with_slash", claims({{"iss", R"("https://app.example.com/")"}}), issuer_mismatch},
        Case{"iss_upper_case", claims({{"iss", R"("HTTPS://app.example.com")"}}), issuer_mismatch},
        Case{"iss_base_url", claims({{"iss", R"("https://app.example.com/api/auth")"}}), issuer_mismatch},
        Case{"iss_with_nul", claims({{"iss", R"("https://app.example.com\u0000")"}}), issuer_mismatch},
        Case{"aud_missing", claims({{"aud", ""}}), claim_missing},
        Case{"aud_number", claims({{"aud", "1"}}), claim_invalid},
        Case{"aud_other", claims({{"aud", R"("https://other.example")"}}), audience_mismatch},
        Case{"aud_with_slash", claims({{"aud", R"("https://app.example.com/")"}}), audience_mismatch},
        Case{"aud_array_with_ours", claims({{"aud", R"(["x","https://app.example.com"])"}}), std::nullopt},
        Case{"aud_array_without_ours", claims({{"aud", R"(["x","y"])"}}), audience_mismatch},
        Case{"aud_array_empty", claims({{"aud", "[]"}}), audience_mismatch},
        Case{"aud_array_with_number", claims({{"aud", R"(["https://app.example.com",1])"}}), claim_invalid},
        Case{"issuer_before_audience", claims({{"iss", R"("x")"}, {"aud", R"("x")"}}), issuer_mismatch},
        Case{"sub_missing", claims({{"sub", ""}}), claim_missing},
        Case{"sub_empty", claims({{"sub", R"("")"}}), claim_invalid},
        Case{"sub_number", claims({{"sub", "7"}}), claim_invalid}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Kinds, Claims,
    ::testing::Values(Case{"at_hash", claims({{"at_hash", R"("x")"}}), token_type_not_allowed},
                      Case{"nonce", claims({{"nonce", R"("x")"}}), token_type_not_allowed},
                      Case{"azp", claims({{"azp", R"("x")"}}), token_type_not_allowed},
                      Case{"client_id", claims({{"client_id", R"("x")"}}), token_type_not_allowed},
                      Case{"acr", claims({{"acr", R"("0")"}}), token_type_not_allowed},
                      Case{"events", claims({{"events", "{}"}}), token_type_not_allowed},
                      Case{"null_marks_too", claims({{"nonce", "null"}}), token_type_not_allowed}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Users, Claims,
    ::testing::Values(
        Case{"uuid_missing", claims({{"uuid", ""}}), std::nullopt},
        Case{"uuid_null", claims({{"uuid", "null"}}), std::nullopt},
        Case{"uuid_upper_case", claims({{"uuid", R"("5B93FE71-8C3E-47FE-AA0C-FFDF1F74ADA1")"}}),
             std::nullopt},
        Case{"impersonated", claims({{"impersonatedBy", R"("admin-1")"}}), std::nullopt},
        Case{"impersonated_null", claims({{"impersonatedBy", "null"}}), std::nullopt},
        Case{"impersonated_empty", claims({{"impersonatedBy", R"("")"}}), claim_invalid},
        Case{"impersonated_number", claims({{"impersonatedBy", "7"}}), claim_invalid},
        Case{"impersonated_true", claims({{"impersonatedBy", "true"}}), claim_invalid},
        Case{"impersonated_object", claims({{"impersonatedBy", R"({"id":"admin-1"})"}}), claim_invalid},
        Case{"key", claims({{"key", R"("key-1")"}}), std::nullopt},
        Case{"key_empty", claims({{"key", R"("")"}}), claim_invalid},
        Case{"key_number", claims({{"key", "7"}}), claim_invalid},
        Case{"permissions_null", claims({{"key", R"("k")"}, {"permissions", "null"}}), std::nullopt},
        Case{"permissions_text", claims({{"key", R"("k")"}, {"permissions", R"("files")"}}), claim_invalid},
        Case{"permissions_array", claims({{"key", R"("k")"}, {"permissions", R"(["read"])"}}), claim_invalid},
        Case{"permission_text", claims({{"key", R"("k")"}, {"permissions", R"({"files":"read"})"}}),
             claim_invalid},
        Case{"permission_number", claims({{"key", R"("k")"}, {"permissions", R"({"files":["read",7]})"}}),
             claim_invalid},
        Case{"permissions_of_the_application", claims({{"permissions", R"(["files:read"])"}}), std::nullopt},
        Case{"uuid_number", claims({{"uuid", "5"}}), claim_invalid},
        Case{"uuid_nil", claims({{"uuid", R"("00000000-0000-0000-0000-000000000000")"}}), claim_invalid},
        Case{"uuid_no_hyphens", claims({{"uuid", R"("5b93fe718c3e47feaa0cffdf1f74ada1")"}}), claim_invalid},
        Case{"uuid_braces", claims({{"uuid", R"("{5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1}")"}}), claim_invalid},
        Case{"uuid_with_space", claims({{"uuid", R"("5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1 ")"}}),
             claim_invalid}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Payloads, Claims,
    ::testing::Values(Case{"array", "[]", token_malformed}, Case{"empty", "", token_malformed},
                      Case{"text", "\"x\"", token_malformed},
                      Case{"member_twice", R"({"exp":1,"exp":2})", token_malformed},
                      Case{"member_twice_escaped", R"({"sub":"a","s\u0075b":"b"})", token_malformed},
                      Case{"bad_utf8", "{\"sub\":\"\xFF\"}", token_malformed}),
    case_name);

// --- forms -----------------------------------------------------------------------------------------

TEST(Form, OtherThanThreeCanonicalSegmentsIsMalformed) {
  const std::string good = good_key().token(claims());
  const std::size_t dot = good.find('.');
  const std::vector<Case> cases{
      {"empty", "", token_malformed},
      {"opaque_session_token", "cG7ZkLw2mQx9VbNs4RtYp1AeHj6UoIfD", token_malformed},
      {"two_segments", good.substr(0, good.rfind('.')), token_malformed},
      {"four_segments", good + ".x", token_malformed},
      {"jwe_five_segments", good + ".a.b", token_malformed},
      {"padding", good + "==", token_malformed},
      {"space_before", " " + good, token_malformed},
      {"newline_after", good + "\n", token_malformed},
      {"standard_alphabet", good.substr(0, dot + 1) + "+/" + good.substr(dot + 1), token_malformed},
      {"unused_bits_not_zero", good.substr(0, good.size() - 1) + "x", token_malformed},
      {"nul_inside", good.substr(0, dot) + std::string(1, '\0') + good.substr(dot), token_malformed},
      {"bearer_prefix", "Bearer " + good, token_malformed},
  };
  for (const Case& c : cases) EXPECT_EQ(code_of(c.text), c.code) << c.name;
}

TEST(Form, SizeIsCheckedBeforeAnyWork) {
  Policy small = policy();
  small.max_token_size = 100;
  EXPECT_EQ(code_of(std::string(100, 'x'), small), token_malformed);
  EXPECT_EQ(code_of(std::string(101, 'x'), small), token_too_large);
  EXPECT_EQ(code_of(std::string(16'384, 'x')), token_malformed);
  EXPECT_EQ(code_of(std::string(16'385, 'x')), token_too_large);
}

// --- keys ------------------------------------------------------------------------------------------

TEST(KeyChoice, ExactlyOneKeyOfTheKidMustFit) {
  const std::string token = good_key().token(claims());
  const TestKey other = TestKey::generate(Algorithm::eddsa, "key-1");
  const TestKey ec = TestKey::generate(Algorithm::es256, "key-1");
  const std::string bare = '{' + good_key().material() + R"(,"kid":"key-1")";
  const struct {
    const char* name;
    KeySet keys;
    std::optional<ErrorCode> code;
  } cases[] = {
      {"alone", test::key_set_of({good_key().jwk()}), std::nullopt},
      {"without_alg", test::key_set_of({bare + "}"}), std::nullopt},
      {"use_sig", test::key_set_of({good_key().jwk(R"(,"use":"sig")")}), std::nullopt},
      {"use_enc", test::key_set_of({good_key().jwk(R"(,"use":"enc")")}), key_unusable},
      {"key_ops_verify", test::key_set_of({good_key().jwk(R"(,"key_ops":["verify"])")}), std::nullopt},
      {"key_ops_sign_only", test::key_set_of({good_key().jwk(R"(,"key_ops":["sign"])")}), key_unusable},
      {"other_alg", test::key_set_of({bare + R"(,"alg":"ES256"})"}), key_unusable},
      {"two_that_fit", test::key_set_of({good_key().jwk(), other.jwk()}), key_unusable},
      {"same_key_twice", test::key_set_of({good_key().jwk(), good_key().jwk()}), key_unusable},
      {"one_of_two_kinds_fits", test::key_set_of({ec.jwk(), good_key().jwk()}), std::nullopt},
      {"only_another_kind", test::key_set_of({ec.jwk()}), key_unusable},
      {"bad_key_beside_it", test::key_set_of({R"({"kty":"RSA","kid":"bad"})", good_key().jwk(), "7"}),
       std::nullopt},
      {"private_member", test::key_set_of({good_key().jwk(R"(,"d":"AA")")}), key_unusable},
      {"other_key_material", test::key_set_of({other.jwk()}), signature_invalid},
      {"empty_set", KeySet{}, key_unknown},
  };
  for (const auto& c : cases) EXPECT_EQ(code_of(token, policy(), c.keys), c.code) << c.name;
}

TEST(KeyChoice, AMissingKidIsToldToTheCaller) {
  const auto refused = verify_token(good_key().token(claims()), policy(), KeySet{}, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().missing_kid, "key-1");
  EXPECT_EQ(refused.error().unverified_subject, "user-1");
  const auto other = verify_token(good_key().token(claims({{"exp", "1"}})), policy(), KeySet{}, now);
  ASSERT_FALSE(other);
  EXPECT_FALSE(other.error().missing_kid) << "an expired token must not cause a fetch";
  EXPECT_EQ(other.error().unverified_subject, "");
}

TEST(KeyChoice, TheSignatureIsCheckedBeforeTheClaims) {
  const TestKey forger = TestKey::generate(Algorithm::eddsa, "key-1");
  EXPECT_EQ(code_of(forger.token(claims({{"exp", "1"}}))), signature_invalid);
}

// --- the policy ------------------------------------------------------------------------------------

TEST(PolicyRules, APolicyThatCannotWorkIsRefused) {
  const auto refused = [](auto change) {
    Policy changed = policy();
    change(changed);
    try {
      const Verifier verifier{changed};
      return std::string{};
    } catch (const std::invalid_argument& fault) {
      return std::string{fault.what()};
    }
  };
  EXPECT_EQ(refused([](Policy&) {}), "");
  EXPECT_EQ(refused([](Policy& p) { p.clock_skew = std::chrono::minutes{5}; }), "");
  for (auto member : {&Policy::issuers, &Policy::audiences}) {
    EXPECT_NE(refused([&](Policy& p) { (p.*member).clear(); }), "");
    EXPECT_NE(refused([&](Policy& p) { (p.*member).front().clear(); }), "");
    EXPECT_NE(refused([&](Policy& p) { (p.*member).emplace_back(); }), "");
    EXPECT_EQ(refused([&](Policy& p) { (p.*member).resize(Policy::max_names, "x"); }), "");
    EXPECT_TRUE(refused([&](Policy& p) {
                  (p.*member).resize(Policy::max_names + 1, "x");
                }).contains("at most 16 are allowed"));
  }
  EXPECT_NE(refused([](Policy& p) { p.algorithms.clear(); }), "");
  EXPECT_NE(refused([](Policy& p) { p.clock_skew = std::chrono::seconds{301}; }), "");
  EXPECT_NE(refused([](Policy& p) { p.clock_skew = std::chrono::seconds{-1}; }), "");
  EXPECT_NE(refused([](Policy& p) { p.max_token_size = 0; }), "");
}

struct NamesCase {
  const char* name;
  const char* iss;
  const char* aud;
  std::optional<ErrorCode> code;
};

TEST(PolicyRules, AnyOfSeveralNamesOfOneIssuerIsGoodToTheByte) {
  Policy several{"https://a.example", "https://a.example"};
  several.issuers.emplace_back("https://b.example");
  several.audiences.emplace_back("https://b.example");
  const std::vector<NamesCase> cases{
      {"the first", R"("https://a.example")", R"("https://a.example")", std::nullopt},
      {"the second", R"("https://b.example")", R"("https://b.example")", std::nullopt},
      {"one and the other", R"("https://b.example")", R"("https://a.example")", std::nullopt},
      {"one among audiences", R"("https://b.example")", R"(["x","https://b.example"])", std::nullopt},
      {"a third", R"("https://c.example")", R"("https://a.example")", issuer_mismatch},
      {"for a third", R"("https://a.example")", R"("https://c.example")", audience_mismatch},
      {"for others alone", R"("https://a.example")", R"(["x","https://c.example"])", audience_mismatch},
      {"the list itself", R"("https://a.example,https://b.example")", R"("https://a.example")",
       issuer_mismatch},
      {"for the list itself", R"("https://a.example")", R"("https://a.example,https://b.example")",
       audience_mismatch},
      {"several issuers", R"(["https://a.example"])", R"("https://a.example")", claim_invalid},
      {"the second and a slash", R"("https://b.example/")", R"("https://b.example")", issuer_mismatch},
      {"the beginning of the second", R"("https://b.exampl")", R"("https://b.example")", issuer_mismatch},
      {"the second in upper case", R"("https://B.example")", R"("https://b.example")", issuer_mismatch},
      {"none", "", R"("https://b.example")", claim_missing},
      {"empty", R"("")", R"("https://b.example")", issuer_mismatch},
      {"for nobody", R"("https://b.example")", "[]", audience_mismatch},
  };
  const KeySet keys = test::key_set_of({good_key().jwk()});
  for (const NamesCase& c : cases) {
    const std::string token = good_key().token(claims({{"iss", c.iss}, {"aud", c.aud}}));
    const auto identity = Verifier{several}.verify(token, keys, now);
    EXPECT_EQ(identity ? std::nullopt : std::optional{identity.error().code}, c.code) << c.name;
    if (identity) {
      EXPECT_EQ('"' + identity->issuer() + '"', c.iss) << c.name;
    }
  }
}

TEST(PolicyRules, RequiredClaimsMustBePresent) {
  Policy strict = policy();
  strict.required_claims = {"uuid", "email"};
  EXPECT_EQ(code_of(good_key().token(claims()), strict), claim_missing);
  EXPECT_EQ(code_of(good_key().token(claims({{"email", "null"}})), strict), claim_missing);
  EXPECT_EQ(code_of(good_key().token(claims({{"email", R"("a@example.com")"}})), strict), std::nullopt);
}

// --- the identity ----------------------------------------------------------------------------------

TEST(IdentityOf, AGoodTokenCarriesItsClaims) {
  const std::string payload = claims({{"email", R"("zoe@example.com")"},
                                      {"emailVerified", "true"},
                                      {"name", R"("Zo\u00eb \"Q\" 日本")"},
                                      {"role", R"("admin, editor,,")"},
                                      {"sid", R"("session-1")"},
                                      {"impersonatedBy", R"("admin-1")"},
                                      {"exp", at(900) + ".9"}});
  const auto identity =
      Verifier{policy()}.verify(good_key().token(payload), test::key_set_of({good_key().jwk()}), now);
  ASSERT_TRUE(identity) << identity.error().hint;
  EXPECT_EQ(identity->issuer(), issuer);
  EXPECT_EQ(identity->subject(), "user-1");
  EXPECT_EQ(identity->uuid(), Uuid::parse(user_uuid));
  EXPECT_EQ(identity->email(), "zoe@example.com");
  EXPECT_EQ(identity->email_verified(), true);
  EXPECT_EQ(identity->name(), "Zoë \"Q\" 日本");
  EXPECT_EQ(identity->roles(), (std::vector<std::string>{"admin", "editor"}));
  EXPECT_TRUE(identity->has_role("editor"));
  EXPECT_FALSE(identity->has_role("edit"));
  EXPECT_EQ(identity->session_id(), "session-1");
  EXPECT_EQ(identity->impersonated_by(), "admin-1");
  EXPECT_EQ(identity->issued_at(), std::chrono::sys_seconds{std::chrono::seconds{now_seconds - 10}});
  EXPECT_EQ(identity->expires_at(), std::chrono::sys_seconds{std::chrono::seconds{now_seconds + 900}});
  EXPECT_EQ(identity->claims_json(), payload);
}

TEST(IdentityOf, OnlyAKeysTokenSaysWhatItMay) {
  const auto identity_of = [](const std::string& key) {
    const auto payload = claims({{"key", key}, {"permissions", R"({"files":["read","list"],"none":[]})"}});
    return Verifier{policy()}
        .verify(good_key().token(payload), test::key_set_of({good_key().jwk()}), now)
        .value();
  };
  const Identity of_key = identity_of(R"("key-1")");
  EXPECT_EQ(of_key.credential(), CredentialKind::key);
  EXPECT_EQ(of_key.permissions(), (Permissions{{"files", {"read", "list"}}, {"none", {}}}));
  EXPECT_TRUE(of_key.has_permission("files", "read"));
  EXPECT_FALSE(of_key.has_permission("files", "write"));
  const Identity of_user = identity_of("null");
  EXPECT_EQ(of_user.credential(), CredentialKind::token);
  EXPECT_FALSE(of_user.has_permission("files", "read"));
}

TEST(IdentityOf, AbsentAndOddlyTypedDetailsAreAbsent) {
  const std::string payload = claims({{"emailVerified", "1"},
                                      {"name", "7"},
                                      {"role", "null"},
                                      {"roles", R"(["admin",7,"ops"])"},
                                      {"uuid", ""},
                                      {"iat", ""}});
  const auto identity =
      Verifier{policy()}.verify(good_key().token(payload), test::key_set_of({good_key().jwk()}), now);
  ASSERT_TRUE(identity) << identity.error().hint;
  EXPECT_FALSE(identity->uuid());
  EXPECT_FALSE(identity->email());
  EXPECT_FALSE(identity->email_verified());
  EXPECT_FALSE(identity->name());
  EXPECT_FALSE(identity->session_id());
  EXPECT_FALSE(identity->impersonated_by());
  EXPECT_FALSE(identity->issued_at());
  EXPECT_EQ(identity->roles(), (std::vector<std::string>{"admin", "ops"}));
}

TEST(SignatureOnly, LooksAtNoClaims) {
  const KeySet keys = test::key_set_of({good_key().jwk()});
  const auto good = verify_signature_only(good_key().token("any bytes\xFF"), policy(), keys);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->payload, "any bytes\xFF");
  std::string tampered = good_key().token("any bytes");
  tampered[tampered.find('.') + 1] ^= 1;
  const auto refused = verify_signature_only(tampered, policy(), keys);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, signature_invalid);
  const auto unknown = verify_signature_only(good_key().token("x"), policy(), KeySet{});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, key_unknown);
}

}  // namespace
}  // namespace drawbridge
