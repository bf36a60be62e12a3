// What holds for the program as a whole: usage, help, `token inspect`, terminals.

#include <algorithm>
#include <fstream>
#include <sstream>
#include <tuple>

#include "drawbridge_program.h"
#include "tests/support/places.h"

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
      {"an unknown command",
       {"serv"},
       {},
       "\"serv\" is not a command: give one of serve, ready, jwks, token, migrate, doctor"},
      {"an unknown command of token",
       {"token", "verfy"},
       {},
       "\"verfy\" is not a command: give one of verify, inspect"},
      {"half a command", {"token"}, {}, "a command is missing: give one of verify, inspect"},
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
}

TEST_F(CommandLine, WithoutACommandItSaysWhatToDoFirst) {
  const test::Outcome outcome = drawbridge({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("drawbridge: give a command\n\nStart your front end")) << outcome.err;
  for (const char* part : {"\n  drawbridge doctor --better-auth-url http://localhost:3000\n",
                           "\n  drawbridge migrate up", "\n  drawbridge serve", "`drawbridge --help`"})
    EXPECT_TRUE(outcome.err.contains(part)) << part;
}

TEST_F(CommandLine, HelpIsAsWideAsWhereItIsRead) {
  const auto widest = [](const std::string& text) {
    std::size_t columns = 0;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("  drawbridge") && !line.starts_with("  printf"))
        columns = std::max(columns, static_cast<std::size_t>(std::ranges::count_if(
                                        line, [](char c) { return (c & 0xc0) != 0x80; })));
    return columns;
  };
  const std::pair<const char*, std::size_t> cases[] = {
      {"70", 70}, {"90", 90}, {"300", 100}, {"", 80}, {"x", 80}};
  for (const auto& [columns, expected] : cases)
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"serve"}, std::vector<std::string>{"doctor"},
          std::vector<std::string>{}}) {
      std::vector<std::string> arguments = command;
      arguments.emplace_back("--help");
      const test::Outcome outcome = drawbridge(arguments, "", {{"COLUMNS", columns}});
      EXPECT_LE(widest(outcome.out), expected) << columns << outcome.out;
      EXPECT_GT(widest(outcome.out), expected - 20) << columns;
    }
}

TEST_F(CommandLine, TheVersionIsThatOfTheRepository) {
  std::ifstream file{test::source_folder() / "VERSION"};
  std::string version;
  ASSERT_TRUE(std::getline(file, version));
  const test::Outcome outcome = drawbridge({"--version"});
  EXPECT_EQ(outcome.out, "drawbridge " + version + "\n");
  EXPECT_EQ(outcome.status, 0);
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
  EXPECT_FALSE(test::run_program(drawbridge_program(), invocation).out.contains('\x1B'));
  const test::Outcome on_terminal = test::run_on_terminal(drawbridge_program(), invocation);
  EXPECT_TRUE(on_terminal.out.contains("\x1B[1;31mNOT VERIFIED\x1B[0m")) << on_terminal.out;
  EXPECT_FALSE(on_terminal.out.contains("\x1B[5m")) << "the token's own escapes never reach the terminal";
  test::Invocation plain = invocation;
  plain.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(test::run_on_terminal(drawbridge_program(), plain).out.contains('\x1B'));
}

/// What a terminal would obey, and what hides or reorders what it shows: of C0, of C1, and of the directions
/// of Unicode.
constexpr const char* foreign[] = {"\x1b[2J", "\u009b2J", "\u202e", "\u2066", "\u200b"};

bool is_safe_to_show(const std::string& out) {
  if (out.contains('\x1b') || out.contains('\x7f')) return false;
  for (const char* text : foreign)
    if (out.contains(text)) return false;
  return std::ranges::all_of(out, [](char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\n'; });
}

TEST_F(CommandLine, NothingForeignReachesATerminalRaw) {
  for (const char* text : foreign) {
    const json::value name = json::string{std::string{"a"} + text};
    const std::string quoted = json::serialize(name);
    const std::string keys = file("foreign.json", "{\"keys\":[{\"kty\":\"OKP\",\"crv\":" + quoted +
                                                      ",\"alg\":" + quoted + ",\"kid\":" + quoted + "}]}");
    const std::string good = token("\"name\":" + quoted + ",\"email\":" + quoted + "," + quoted + ":1");
    const std::string foreign_kid = key_.token("{\"alg\":\"EdDSA\",\"kid\":" + quoted + "}", claims());
    const std::vector<std::string> at_closed_port{"doctor", "--better-auth-url", "http://127.0.0.1:1",
                                                  "--token", "-"};
    struct Case {
      std::vector<std::string> arguments;
      std::string input;
      const char* member;  ///< of the JSON that still says the same; null where none does
    };
    for (const Case& c :
         {Case{{"jwks", keys}, "", "/keys/0/kid"}, Case{{"jwks", keys + text}, "", nullptr},
          Case{{"token", "inspect"}, good, "/claims/name"},
          Case{{"token", "inspect"}, foreign_kid, "/header/kid"},
          Case{{"token", "verify", "--jwks", key_set_, "--issuer", origin, "--audience", origin, "--at",
                std::to_string(now)},
               good,
               "/identity/name"},
          Case{{"token", "verify", "--jwks", key_set_, "--issuer", origin, "--audience", origin, "--at",
                std::to_string(now)},
               foreign_kid,
               nullptr},
          Case{{"token", "verify", "--jwks", key_set_, "--signature-only"}, good, nullptr},
          Case{at_closed_port, foreign_kid, nullptr},
          Case{{"migrate", "status", "--database-url", "sqlite://" + scratch_.path().string() + "/a" + text},
               "",
               nullptr},
          Case{{"migrate", "plan", "--database-url", "sqlite://" + keys}, "", nullptr},
          Case{{text}, "", nullptr}, Case{{"jwks", "--env-file", text}, "", nullptr}}) {
      for (const bool as_json : {false, true}) {
        auto arguments = c.arguments;
        if (as_json && arguments.size() > 1) arguments.emplace_back("--json");
        const test::Outcome outcome = drawbridge(arguments, c.input);
        SCOPED_TRACE(arguments.front() + (as_json ? " --json: " : ": ") + outcome.out + outcome.err);
        EXPECT_TRUE(is_safe_to_show(outcome.out));
        EXPECT_TRUE(is_safe_to_show(outcome.err));
        EXPECT_LT(outcome.status, 4);
        if (!as_json || c.member == nullptr) continue;
        const json::value answer = json_line(outcome.out);
        EXPECT_EQ(answer.at_pointer(c.member), name);
      }
    }
  }
}

TEST_F(CommandLine, DoctorTakesSecretsFromWhereNobodySeesThem) {
  const std::vector<std::string> doctor{"doctor", "--json", "--better-auth-url", "http://127.0.0.1:1"};
  struct Case {
    const char* name;
    std::vector<std::string> more;
    std::string input;
    std::map<std::string, std::string> environment;
    const char* says;  ///< of `token.form`; an opaque token says that it was read
  };
  const std::string opaque = "cG7ZkLw2mQx9VbNs4RtYp1AeHj6UoIfD";
  const std::string env_file = file(".env", "DRAWBRIDGE_TOKEN=" + opaque + "\n");
  for (const Case& c : {
           Case{"none", {}, opaque, {}, "give a token (DRAWBRIDGE_TOKEN) or a session (DRAWBRIDGE_SESSION)"},
           Case{"standard input", {"--token", "-"}, opaque, {}, "not a JWT"},
           Case{"a line", {"--token=-"}, opaque + "\r\n", {}, "not a JWT"},
           Case{"the environment", {}, "", {{"DRAWBRIDGE_TOKEN", opaque}}, "not a JWT"},
           Case{"the file", {"--env-file", env_file}, "", {}, "not a JWT"},
           Case{"both", {"--session", "-"}, "c.s=", {{"DRAWBRIDGE_TOKEN", opaque}}, "not a JWT"},
           Case{
               "the flag goes first", {"--token", "-"}, opaque, {{"DRAWBRIDGE_TOKEN", "a.b.c"}}, "not a JWT"},
       }) {
    SCOPED_TRACE(c.name);
    auto arguments = doctor;
    arguments.insert(arguments.end(), c.more.begin(), c.more.end());
    const test::Outcome outcome = drawbridge(arguments, c.input, c.environment);
    EXPECT_EQ(outcome.err, "");
    bool was_told = false;
    const json::object report = json_line(outcome.out);
    for (const json::value& check : report.at("checks").as_array()) {
      if (check.at("id") != "token.form") continue;
      was_told = true;
      const std::string summary = check.at("summary").as_string().c_str();
      EXPECT_TRUE(summary.contains(c.says)) << summary;
    }
    EXPECT_TRUE(was_told);
  }
  for (const auto& [more, input, part] :
       {std::tuple{std::vector<std::string>{"--token", "-", "--session", "-"}, "x", "are both -"},
        std::tuple{std::vector<std::string>{"--token", "-"}, "", "standard input is empty"},
        std::tuple{std::vector<std::string>{"--session", "-"}, "\n", "standard input is empty"}}) {
    auto arguments = doctor;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const test::Outcome outcome = drawbridge(arguments, input);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(outcome.err.contains(part)) << outcome.err;
  }
}

TEST_F(CommandLine, TokensComeFromStandardInputWhenAskedTo) {
  EXPECT_EQ(verify(token() + "\n", {"--token", "-", "--json"}).status, 0);
  EXPECT_EQ(drawbridge({"token", "inspect", "--token", "-"}, token()).status, 0);
}

TEST_F(CommandLine, ATerminalWithoutATokenIsWrongUsage) {
  const test::Outcome outcome = test::run_on_terminal(
      drawbridge_program(),
      {{"token", "verify", "--jwks", key_set_, "--issuer", origin, "--audience", origin}, "", {}, ""});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.out.contains("printf %s \"$TOKEN\" |")) << outcome.out;
}

TEST_F(CommandLine, AnAnswerThatCannotBeWrittenIsNotASuccess) {
  const test::Outcome outcome =
      test::run_program(drawbridge_program(), {{"jwks", "--json", key_set_}, "", {}, "/dev/full"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.err,
            "drawbridge: cannot write to standard output (No space left on device): the result is lost\n");
}

}  // namespace
}  // namespace drawbridge::app
