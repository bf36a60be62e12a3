// How --help is broken into lines.

#include "commands/help_text.h"

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

struct Case {
  const char* name;
  std::size_t width;
  const char* text;
  const char* broken;
};

const Case cases[] = {
    {"a paragraph", 40, "Looks at both sides. Faults come first, then warnings.\n\nMore.\n",
     "Looks at both sides. Faults come first,\nthen warnings.\n\nMore.\n"},
    {"an option", 60, "  --api-url URL       Where the API is, e.g. http://localhost:8000, for checks\n",
     "  --api-url URL       Where the API is, e.g.\n"
     "                      http://localhost:8000, for checks\n"},
    {"an option with a long name", 60,
     "  --audience,--better-auth-audience A,B\n"
     "                      the claim aud, any of these; default: the origin\n",
     "  --audience,--better-auth-audience A,B\n"
     "                      the claim aud, any of these; default:\n"
     "                      the origin\n"},
    {"a narrow terminal", 40, "  --api-url URL       Where the API is, e.g. http://localhost:8000\n",
     "  --api-url URL\n      Where the API is, e.g.\n      http://localhost:8000\n"},
    {"a narrow terminal and a long name", 40,
     "  --audience,--better-auth-audience A,B\n                      the claim aud, any of these\n",
     "  --audience,--better-auth-audience A,B\n      the claim aud, any of these\n"},
    {"an example, to be pasted", 30, "Examples:\n  drawbridge jwks http://localhost:3000/api/auth/jwks\n",
     "Examples:\n  drawbridge jwks http://localhost:3000/api/auth/jwks\n"},
    {"no line end", 40, "short", "short"},
};

TEST(HelpText, IsBrokenAtTheWidth) {
  for (const Case& c : cases) EXPECT_EQ(help_text(c.text, c.width), c.broken) << c.name;
}

}  // namespace
}  // namespace drawbridge::app
