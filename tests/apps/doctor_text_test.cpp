// What doctor prints for people.

#include "commands/doctor_text.h"

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

using doctor::Check;
using enum doctor::CheckStatus;

const Check good{"jwks.reachable", ok, "an answer came", "", ""};
const Check slow{"clock.issuer", warning, "it is 10 s behind", "one of the two runs wrong", "set it by NTP"};
const Check gone{"api.reachable", fault, "no answer from http://localhost:8000",
                 "it is not running, or it is elsewhere", "start it"};
const Check behind{"api.ready", not_checked, "because of the fault api.reachable", "", ""};

Check left(std::string_view id, std::string why) {
  return {id, not_checked, std::move(why), "", ""};
}

std::string text_of(const std::vector<Check>& checks, const DoctorView& view = {}) {
  return doctor_text(checks, Palette{false}, view);
}

TEST(DoctorText, BeginsWithFaultsAndGoesOnWithWarnings) {
  EXPECT_EQ(text_of({good, slow, gone, behind}),
            "fault        api.reachable  no answer from http://localhost:8000\n"
            "             why     it is not running, or it is elsewhere\n"
            "             remedy  start it\n"
            "warning      clock.issuer   it is 10 s behind\n"
            "             why     one of the two runs wrong\n"
            "             remedy  set it by NTP\n"
            "not checked  api.ready: because of the fault api.reachable\n"
            "\n"
            "1 fault, 1 warning, 1 ok, 1 not checked (--all lists every check)\n");
}

TEST(DoctorText, HasALineForEachReasonWhySomethingWasNotChecked) {
  const std::vector<Check> checks{left("credentials.cookie_reach", "give --api-url"),
                                  left("database.reachable", "give --database-url"),
                                  left("tables.jwks", "give --database-url"),
                                  left("user.known", "give --database-url"),
                                  left("api.reachable", "give --api-url"),
                                  left("api.ready", "give --api-url"),
                                  left("cors.errors", "the API limits requests (429)")};
  EXPECT_EQ(text_of(checks),
            "not checked  3 API checks: give --api-url\n"
            "not checked  3 database checks: give --database-url\n"
            "not checked  cors.errors: the API limits requests (429)\n"
            "\n"
            "no faults in what was checked, 0 ok, 7 not checked (--all lists every check)\n");
}

TEST(DoctorText, HasALineForEachCheckWhereAllAreAskedFor) {
  EXPECT_EQ(text_of({good, left("a.b", "give --x"), left("a.c", "give --x"), gone}, {.all = true}),
            "fault        api.reachable   no answer from http://localhost:8000\n"
            "             why     it is not running, or it is elsewhere\n"
            "             remedy  start it\n"
            "ok           jwks.reachable  an answer came\n"
            "not checked  a.b             give --x\n"
            "not checked  a.c             give --x\n"
            "\n"
            "1 fault, 1 ok, 2 not checked\n");
}

TEST(DoctorText, EndsWithTheCommandToRunNext) {
  EXPECT_EQ(text_of({good}, {.next = "drawbridge doctor --api-url http://localhost:8000"}),
            "healthy, 1 ok (--all lists every check)\n"
            "\n"
            "Next:\n"
            "  drawbridge doctor --api-url http://localhost:8000\n");
}

TEST(DoctorText, IsBrokenAtTheWidthOfATerminal) {
  EXPECT_EQ(text_of({gone}, {.width = 60}),
            "fault        api.reachable  no answer from\n"
            "                            http://localhost:8000\n"
            "             why     it is not running, or it is elsewhere\n"
            "             remedy  start it\n"
            "\n"
            "1 fault, 0 ok (--all lists every check)\n");
  EXPECT_TRUE(
      text_of({left("a.b", "give a token or a session on standard input")}, {.width = 50})
          .starts_with("not checked  a.b: give a token or a session on\n             standard input\n"));
  const Check umlauts{"a.b", ok, "äöüäöüäöüäöü äöüäöüäöü äöüäöü x", "", ""};
  EXPECT_TRUE(text_of({umlauts}, {.width = 49, .all = true}).contains("äöüäöü x\n"));
  EXPECT_TRUE(text_of({umlauts}, {.width = 48, .all = true}).contains("äöüäöü\n                  x\n"));
}

TEST(DoctorText, EndsWithAVerdict) {
  const std::pair<std::vector<Check>, const char*> cases[] = {
      {{good}, "healthy, 1 ok\n"},
      {{good, behind}, "\nno faults in what was checked, 1 ok, 1 not checked\n"},
      {{good, slow}, "\nno fault, 1 warning, 1 ok\n"},
      {{gone, gone, slow, slow}, "\n2 faults, 2 warnings, 0 ok\n"},
  };
  for (const auto& [some, end] : cases) {
    const std::string text = text_of(some, {.all = true});
    EXPECT_TRUE(text.ends_with(end)) << text;
  }
}

TEST(DoctorText, IsColouredWithoutMovingWhatFollows) {
  const std::string text = doctor_text({good, slow, gone, behind}, Palette{true}, {.all = true});
  for (const char* part :
       {"\x1b[1;32mok           \x1b[0mjwks.reachable  an", "\x1b[1;33mwarning      \x1b[0mclock.issuer  ",
        "\x1b[1;31mfault        \x1b[0mapi.reachable  ", "\x1b[2mnot checked  \x1b[0mapi.ready  "})
    EXPECT_TRUE(text.contains(part)) << part;
}

}  // namespace
}  // namespace drawbridge::app
