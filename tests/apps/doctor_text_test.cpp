// What doctor prints for people.

#include "commands/doctor_text.h"

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::CheckStatus;

const std::vector<Check> checks{
    {"jwks.reachable", CheckStatus::ok, "an answer came", "", ""},
    {"clock.api", CheckStatus::warning, "it is 10 s behind", "one of the two runs wrong", "set it by NTP"},
    {"api.reachable", CheckStatus::fault, "no answer from http://localhost:8000",
     "it is not running, or it is elsewhere", "start it"},
    {"api.ready", CheckStatus::not_checked, "of the fault api.reachable", "", ""},
};

TEST(DoctorText, IsALineACheckWithCauseAndRemedyBelow) {
  EXPECT_EQ(doctor_text(checks, Palette{false}, 0),
            "ok           jwks.reachable  an answer came\n"
            "warning      clock.api       it is 10 s behind\n"
            "             why     one of the two runs wrong\n"
            "             remedy  set it by NTP\n"
            "fault        api.reachable   no answer from http://localhost:8000\n"
            "             why     it is not running, or it is elsewhere\n"
            "             remedy  start it\n"
            "not checked  api.ready       because of the fault api.reachable\n"
            "\n"
            "1 fault, 1 warning, 1 ok, 1 not checked\n");
}

TEST(DoctorText, IsBrokenAtTheWidthOfATerminal) {
  const std::string text = doctor_text({checks[2]}, Palette{false}, 60);
  EXPECT_EQ(text,
            "fault        api.reachable  no answer from\n"
            "                            http://localhost:8000\n"
            "             why     it is not running, or it is elsewhere\n"
            "             remedy  start it\n"
            "\n"
            "1 fault, 0 ok\n");
  const Check umlauts{"a.b", CheckStatus::ok, "äöüäöüäöüäöü äöüäöüäöü äöüäöü x", "", ""};
  EXPECT_TRUE(doctor_text({umlauts}, Palette{false}, 49).contains("äöüäöü x\n"));
  EXPECT_TRUE(doctor_text({umlauts}, Palette{false}, 48).contains("äöüäöü\n                  x\n"));
}

TEST(DoctorText, EndsWithAVerdict) {
  const std::pair<std::vector<Check>, const char*> cases[] = {
      {{checks[0]}, "\nhealthy, 1 ok\n"},
      {{checks[0], checks[3]}, "\nno fault in what was checked, 1 ok, 1 not checked\n"},
      {{checks[0], checks[1]}, "\nno fault, 1 warning, 1 ok\n"},
      {{checks[2], checks[2], checks[1], checks[1]}, "\n2 faults, 2 warnings, 0 ok\n"},
  };
  for (const auto& [some, end] : cases) {
    const std::string text = doctor_text(some, Palette{false}, 0);
    EXPECT_TRUE(text.ends_with(end)) << text;
  }
}

TEST(DoctorText, IsColouredWithoutMovingWhatFollows) {
  const std::string text = doctor_text(checks, Palette{true}, 0);
  for (const char* part :
       {"\x1b[1;32mok           \x1b[0mjwks.reachable  an", "\x1b[1;33mwarning      \x1b[0mclock.api  ",
        "\x1b[1;31mfault        \x1b[0mapi.reachable  ", "\x1b[2mnot checked  \x1b[0mapi.ready  "})
    EXPECT_TRUE(text.contains(part)) << part;
}

}  // namespace
}  // namespace drawbridge::app
