// `drawbridge jwks`.

#include "drawbridge_program.h"

namespace drawbridge::app {
namespace {

namespace json = boost::json;

class Jwks : public DrawbridgeProgram {};

TEST_F(Jwks, ListsEachKeyAndNeverAPrivateMember) {
  const auto rsa = test::TestKey::generate(Algorithm::rs256, "weak", 1024);
  const std::string keys =
      file("mixed.json", test::jwks_of({key_.jwk(R"(,"d":"c2VjcmV0","use":"sig")"), rsa.jwk(), "{}"}));
  const test::Outcome outcome = drawbridge({"jwks", keys, "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_FALSE(outcome.out.contains("c2VjcmV0"));
  json::object answer = json_line(outcome.out);
  EXPECT_EQ(text_member(answer, "source"), keys);
  EXPECT_EQ(answer.at("usable"), json::value(1));
  ASSERT_EQ(answer.at("keys").as_array().size(), 3u);
  const json::object& good = answer.at("keys").at(0).as_object();
  const std::string x = json::parse(key_.jwk()).at("x").as_string().c_str();
  EXPECT_EQ(json::value(good), json::value({{"kid", "the-key"},
                                            {"kty", "OKP"},
                                            {"crv", "Ed25519"},
                                            {"alg", "EdDSA"},
                                            {"use", "sig"},
                                            {"x", x},
                                            {"usable", true},
                                            {"reason", nullptr}}));
  for (const std::size_t index : {1u, 2u}) {
    const json::object& bad = answer.at("keys").at(index).as_object();
    EXPECT_EQ(bad.at("usable"), json::value(false));
    EXPECT_GT(text_member(bad, "reason").size(), 10u);
  }
  EXPECT_TRUE(answer.at("keys").at(2).at("kid").is_null());

  const test::Outcome for_people = drawbridge({"jwks", keys});
  EXPECT_EQ(for_people.status, 0);
  EXPECT_TRUE(for_people.out.starts_with("3 keys at ")) << for_people.out;
  EXPECT_TRUE(for_people.out.contains("usable  the-key\n")) << for_people.out;
  EXPECT_TRUE(for_people.out.contains("not usable  weak\n")) << for_people.out;
  EXPECT_FALSE(for_people.out.contains("c2VjcmV0"));
}

TEST_F(Jwks, NoUsableKeyIsExitOne) {
  const test::Outcome none = drawbridge({"jwks", "--json", file("none.json", R"({"keys":[]})")});
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(json_line(none.out).at("usable"), json::value(0));
  EXPECT_TRUE(drawbridge({"jwks", file("none.json", R"({"keys":[]})")}).out.contains("makes its first key"));
  EXPECT_EQ(drawbridge({"jwks", file("bad.json", R"({"keys":[{"kid":"\u001b[31m"}]})")}).status, 1);
  EXPECT_FALSE(
      drawbridge({"jwks", file("bad.json", R"({"keys":[{"kid":"\u001b[31m"}]})")}).out.contains('\x1B'));
}

TEST_F(Jwks, WhatCannotBeReadIsExitThreeAndOneLine) {
  for (const std::string& place :
       {std::string{"/nonexistent"}, file("page.json", "<html>"), std::string{"http://127.0.0.1:1/jwks"}}) {
    const test::Outcome outcome = drawbridge({"jwks", "--json", place});
    EXPECT_EQ(outcome.status, 3) << place;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("drawbridge: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

TEST_F(Jwks, ThePlaceComesFromTheSettings) {
  const test::Outcome outcome = drawbridge({"jwks"}, "", {{"BETTER_AUTH_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.err.contains("http://127.0.0.1:1/api/auth/jwks")) << outcome.err;
}

}  // namespace
}  // namespace drawbridge::app
