// Which policies keep somebody else's scripts out.

#include "doctor/script_policy.h"

#include <gtest/gtest.h>

namespace drawbridge::doctor {
namespace {

struct RuleCase {
  const char* policy;
  const char* weakness;
  const char* nonce = "";
};

TEST(ScriptPolicy, NamesWhatLetsForeignScriptsIn) {
  constexpr const char* none = "no script-src and no default-src";
  for (const RuleCase& c : std::initializer_list<RuleCase>{
           {"", none},
           {"frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'", none},
           {"script-source 'self'", none},
           {"script-src 'self'", ""},
           {"SCRIPT-SRC 'SELF'", ""},
           {"script-src 'none'", ""},
           {"default-src 'self'", ""},
           {"script-src", ""},
           {"default-src *; script-src 'self'", ""},
           {"default-src 'self'; script-src *", "*"},
           {"script-src 'self'; script-src *", ""},  // the second does not count
           {"script-src 'self' https://cdn.example.com", ""},
           {"script-src 'self' https:", "https:"},
           {"script-src 'self' data:", "data:"},
           {"script-src 'self' blob:", "blob:"},
           {"script-src 'self' 'unsafe-inline'", "'unsafe-inline'"},
           {"script-src 'self' 'UNSAFE-INLINE'", "'unsafe-inline'"},
           {"script-src 'self' 'unsafe-inline' 'nonce-abc'", "", "'nonce-abc'"},
           {"script-src 'self' 'unsafe-inline' 'sha256-abc='", ""},
           {"script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'", "", "'nonce-abc'"},
           {"script-src 'nonce-abc' https:", "https:", "'nonce-abc'"},
           {"script-src 'strict-dynamic' https:", "https:"},
           {"script-src 'nonce-abc' 'unsafe-eval'", "'unsafe-eval'", "'nonce-abc'"},
           {"script-src 'self'; script-src-elem *", "*"},
           {"script-src\t'self'\n'unsafe-inline'", "'unsafe-inline'"},
       }) {
    SCOPED_TRACE(c.policy);
    const ScriptRule rule = script_rule_of(c.policy);
    EXPECT_EQ(rule.weakness, c.weakness);
    EXPECT_EQ(rule.nonce, c.nonce);
  }
}

TEST(ScriptPolicy, IsFoundInHeadersAndInThePage) {
  using Policies = std::vector<std::string>;
  const auto of_header = [](const char* name, const char* value) {
    return policies_of({.status = 200, .headers = {{name, value}}, .body = {}});
  };
  const auto of_body = [](const char* body) {
    return policies_of({.status = 200, .headers = {}, .body = body});
  };
  EXPECT_EQ(of_header("content-security-policy", "script-src 'self'"), (Policies{"script-src 'self'"}));
  EXPECT_EQ(of_header("Content-Security-Policy", "img-src *, script-src 'self'"),
            (Policies{"img-src *", "script-src 'self'"}));
  EXPECT_EQ(of_header("Content-Security-Policy-Report-Only", "script-src 'self'"), Policies{});
  EXPECT_EQ(
      of_body(R"(<p><META http-equiv="Content-Security-Policy" content="script-src &#x27;self&#x27;"><p>)"),
      (Policies{"script-src 'self'"}));
  EXPECT_EQ(of_body(R"(<meta content="script-src 'self'" http-equiv="content-security-policy"/>)"),
            (Policies{"script-src 'self'"}));
  for (const char* broken : {"<meta", "<meta>", R"(<meta http-equiv="content-security-policy")",
                             R"(<meta http-equiv="content-security-policy" content=)",
                             R"(<meta http-equiv="content-security-policy" content=">)",
                             R"(<meta name="x" content="script-src 'self'">)"})
    EXPECT_EQ(of_body(broken), Policies{}) << broken;
}

}  // namespace
}  // namespace drawbridge::doctor
