// What holds for the program as a whole: usage, help, `token inspect`, terminals.

#include "drawbridge_program.h"

namespace drawbridge::app {
namespace {

namespace json = boost::json;

class CommandLine : public DrawbridgeProgram {};

TEST_F(CommandLine, WrongUsageIsExitTwoAndOneLine) {
  using Arguments = std::vector<std::string>;
  struct Case {
    const char* name;
    Arguments arguments;
    std::map<std::string, std::string> environment;
    const char* part;
  };
  const std::string& k = key_set_;
  const Case cases[] = {
      {"no command", {}, {}, "subcommand is required"},
      {"an unknown command", {"serv"}, {}, "\"serv\" is no command"},
      {"an unknown command of token", {"token", "verfy"}, {}, "\"verfy\" is no command"},
      {"half a command", {"token"}, {}, "subcommand is required"},
      {"an unknown flag", {"token", "verify", "--jwks", k, "--bogus"}, {}, "--bogus"},
      {"a flag without value", {"token", "verify", "--jwks"}, {}, "--jwks"},
      {"a flag twice", {"token", "verify", "--jwks", k, "--jwks", k}, {}, "--jwks"},
      {"too much", {"jwks", k, k}, {}, "not expected"},
      {"terminal escapes", {"jwks", k, "\x1b[31m"}, {}, "\\x1b[31m"},
      {"no key set", {"jwks"}, {}, "BETTER_AUTH_URL is not set"},
      {"an empty key set", {"jwks", ""}, {}, "is empty"},
      {"no issuer", {"token", "verify", "--jwks", k, "--audience", "a"}, {}, "BETTER_AUTH_ISSUER is not set"},
      {"no audience",
       {"token", "verify", "--jwks", k, "--issuer", "i"},
       {},
       "BETTER_AUTH_AUDIENCE is not set"},
      {"an empty issuer",
       {"token", "verify", "--jwks", k, "--issuer", "", "--audience", "a"},
       {},
       "--issuer is empty"},
      {"an empty variable",
       {"token", "verify", "--jwks", k, "--audience", "a"},
       {{"BETTER_AUTH_ISSUER", ""}},
       "BETTER_AUTH_ISSUER is empty"},
      {"no keys", {"token", "verify", "--issuer", "i", "--audience", "a"}, {}, "BETTER_AUTH_URL is not set"},
      {"an empty --jwks",
       {"token", "verify", "--issuer", "i", "--audience", "a", "--jwks", ""},
       {},
       "--jwks is empty"},
      {"an unknown algorithm",
       {"token", "verify", "--jwks", k, "--signature-only", "--algorithms", "EdDSA,HS256"},
       {},
       "\"HS256\""},
      {"a bad skew",
       {"token", "verify", "--jwks", k, "--signature-only", "--clock-skew", "x"},
       {},
       "--clock-skew"},
      {"a bad time",
       {"token", "verify", "--jwks", k, "--signature-only", "--at", "noon"},
       {},
       "--at is \"noon\""},
      {"a bad time",
       {"token", "verify", "--jwks", k, "--signature-only", "--at", "-1"},
       {},
       "--at is \"-1\""},
      {"plain http to another machine", {"jwks", "http://auth.example.com/jwks"}, {}, "plain http"},
      {"a password in the URL",
       {"jwks", "https://u:hunter2@auth.example.com/jwks"},
       {},
       "user name or password"},
      {"no env file", {"jwks", k, "--env-file", "/nonexistent/.env"}, {}, "--env-file"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Arguments arguments = c.arguments;
    if (arguments.size() > 2 && arguments.back() != "--jwks") arguments.emplace_back("--json");
    const test::Outcome outcome = drawbridge(arguments, token(), c.environment);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("drawbridge: ")) << outcome.err;
    EXPECT_TRUE(outcome.err.contains(c.part)) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    EXPECT_FALSE(outcome.err.contains("hunter2")) << outcome.err;
  }
}

TEST_F(CommandLine, EveryCommandExplainsItself) {
  const std::vector<std::string> commands[] = {{},          {"serve"},           {"jwks"},
                                               {"token"},   {"token", "verify"}, {"token", "inspect"},
                                               {"migrate"}, {"migrate", "up"}};
  for (std::vector<std::string> arguments : commands) {
    arguments.emplace_back("--help");
    const test::Outcome outcome = drawbridge(arguments);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.contains("Usage: drawbridge")) << outcome.out;
    EXPECT_EQ(outcome.err, "");
  }
  const std::string help = drawbridge({"--help"}).out;
  for (const char* part : {"drawbridge serve", "drawbridge jwks", "drawbridge token verify",
                           "drawbridge token inspect", "drawbridge migrate up", "Exit status"})
    EXPECT_TRUE(help.contains(part)) << part;
  EXPECT_EQ(drawbridge({"--version"}).out.find("drawbridge "), 0u);
  EXPECT_EQ(drawbridge({"--version"}).status, 0);
}

TEST_F(CommandLine, InspectDecodesAndSaysThatNothingWasVerified) {
  const std::string unsigned_token =
      key_.token(R"({"alg":"none"})", R"({"iat":1799999940,"a":[1,{"b":"\u0007"}]})");
  const test::Outcome outcome = drawbridge({"token", "inspect", "--json"}, unsigned_token + "\r\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(json::value(json_line(outcome.out)), json::parse(R"({"verified": false, "header": {"alg": "none"},
                            "claims": {"iat": 1799999940, "a": [1, {"b": "\u0007"}]}})"));
  const test::Outcome for_people = drawbridge({"token", "inspect", "--token", unsigned_token});
  EXPECT_EQ(for_people.status, 0);
  EXPECT_TRUE(for_people.out.starts_with("NOT VERIFIED")) << for_people.out;
  EXPECT_TRUE(for_people.out.contains("2027-01-15 07:59:00 UTC")) << for_people.out;
}

TEST_F(CommandLine, InspectRefusesWhatIsNoJwt) {
  struct Case {
    const char* name;
    std::string token;
    const char* code;
  };
  const Case cases[] = {
      {"nothing", "", "token_missing"},
      {"the session token", "cG7ZkLw2mQx9VbNs4RtYp1AeHj6UoIfD", "token_malformed"},
      {"white space", token() + ' ', "token_malformed"},
      {"a header of text", key_.token("hello", "{}"), "token_malformed"},
      {"a payload of text", key_.token("hello"), "token_malformed"},
      {"a member twice", key_.token(R"({"a":1,"\u0061":2})"), "token_malformed"},
      {"a deep one", key_.token(R"({"a":)" + std::string(5000, '[') + std::string(5000, ']') + '}'),
       "token_malformed"},
      {"two megabytes", std::string(2 * 1024 * 1024, 'a'), "token_too_large"},
  };
  for (const Case& c : cases) {
    const test::Outcome outcome = drawbridge({"token", "inspect", "--json"}, c.token);
    EXPECT_EQ(outcome.status, 1) << c.name;
    const json::object answer = json_line(outcome.out);
    EXPECT_EQ(text_member(answer, "code"), c.code) << c.name;
    EXPECT_NE(text_member(answer, "hint"), "") << c.name;
  }
}

TEST_F(CommandLine, ColourIsForTerminalsOnly) {
  const test::Invocation invocation{
      {"token", "inspect", "--token", token(R"("name":"\u001b[5m")")}, "", {}, ""};
  EXPECT_FALSE(test::run_program(DRAWBRIDGE_PROGRAM, invocation).out.contains('\x1B'));
  const test::Outcome on_terminal = test::run_on_terminal(DRAWBRIDGE_PROGRAM, invocation);
  EXPECT_TRUE(on_terminal.out.contains("\x1B[1;31mNOT VERIFIED\x1B[0m")) << on_terminal.out;
  EXPECT_FALSE(on_terminal.out.contains("\x1B[5m")) << "the token's own escapes never reach the terminal";
  test::Invocation plain = invocation;
  plain.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(test::run_on_terminal(DRAWBRIDGE_PROGRAM, plain).out.contains('\x1B'));
}

TEST_F(CommandLine, ATerminalWithoutATokenIsWrongUsage) {
  const test::Outcome outcome = test::run_on_terminal(
      DRAWBRIDGE_PROGRAM,
      {{"token", "verify", "--jwks", key_set_, "--issuer", origin, "--audience", origin}, "", {}, ""});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.out.contains("printf %s \"$TOKEN\" |")) << outcome.out;
}

TEST_F(CommandLine, AnAnswerThatCannotBeWrittenIsNotASuccess) {
  const test::Outcome outcome =
      test::run_program(DRAWBRIDGE_PROGRAM, {{"jwks", "--json", key_set_}, "", {}, "/dev/full"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.err.contains("standard output")) << outcome.err;
}

}  // namespace
}  // namespace drawbridge::app
