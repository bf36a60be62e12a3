#include "core/identity/request_path.h"

#include <ostream>

namespace drawbridge {
namespace {

using Segments = std::vector<std::string>;

struct PathCase {
  const char* name;
  std::string_view path;
  std::optional<Segments> segments;
};

void PrintTo(const PathCase& path_case, std::ostream* out) {
  *out << path_case.name << ": " << path_case.path;
}

class RequestPath : public testing::TestWithParam<PathCase> {};

TEST_P(RequestPath, splits) {
  EXPECT_EQ(split_request_path(GetParam().path), GetParam().segments);
}

INSTANTIATE_TEST_SUITE_P(
    , RequestPath,
    testing::Values(
        PathCase{"plain", "/api/v1/me", Segments{"api", "v1", "me"}},
        PathCase{"one_segment", "/healthz", Segments{"healthz"}},
        PathCase{"escaped_letter", "/%61pi", Segments{"api"}},
        PathCase{"escape_of_either_case", "/%c3%A9", Segments{"\u00E9"}},
        PathCase{"space", "/a%20b", Segments{"a b"}}, PathCase{"plus_is_no_space", "/a+b", Segments{"a+b"}},
        PathCase{"decoded_once", "/%2561", Segments{"%61"}},
        PathCase{"escaped_dots_twice", "/%252e%252e", Segments{"%2e%2e"}},
        PathCase{"three_dots", "/...", Segments{"..."}},
        PathCase{"no_break_space_is_text", "/%C2%A0", Segments{"\u00A0"}},
        PathCase{"nothing", "", std::nullopt}, PathCase{"no_slash_at_start", "api", std::nullopt},
        PathCase{"root", "/", std::nullopt}, PathCase{"slash_at_end", "/api/", std::nullopt},
        PathCase{"two_slashes", "/api//v1", std::nullopt},
        PathCase{"two_slashes_at_start", "//api", std::nullopt}, PathCase{"dot", "/api/./v1", std::nullopt},
        PathCase{"dot_dot", "/api/../v1", std::nullopt}, PathCase{"escaped_dot", "/api/%2e/v1", std::nullopt},
        PathCase{"escaped_dot_dot", "/api/%2e%2E/v1", std::nullopt},
        PathCase{"half_escaped_dot_dot", "/api/.%2e/v1", std::nullopt},
        PathCase{"escaped_slash", "/a%2fb", std::nullopt},
        PathCase{"escaped_slash_upper_case", "/a%2Fb", std::nullopt},
        PathCase{"backslash", "/a\\b", std::nullopt}, PathCase{"escaped_backslash", "/a%5Cb", std::nullopt},
        PathCase{"escaped_nul", "/a%00", std::nullopt},
        PathCase{"escaped_line_end", "/a%0d%0a", std::nullopt},
        PathCase{"escaped_delete", "/a%7f", std::nullopt},
        PathCase{"escaped_c1_control", "/a%C2%85", std::nullopt},
        PathCase{"escape_cut_off", "/a%", std::nullopt},
        PathCase{"escape_of_one_digit", "/a%2", std::nullopt},
        PathCase{"escape_without_digits", "/a%zz", std::nullopt},
        PathCase{"escape_with_sign", "/a%+1", std::nullopt}, PathCase{"no_utf8", "/a%ff", std::nullopt},
        PathCase{"overlong_slash", "/a%c0%af", std::nullopt},
        PathCase{"surrogate", "/a%ed%a0%80", std::nullopt}),
    [](const auto& path_case) { return path_case.param.name; });

TEST(PercentDecoded, keeps_control_characters_for_the_caller_to_judge) {
  EXPECT_EQ(percent_decoded("a%0Ab"), "a\nb");
}

}  // namespace
}  // namespace drawbridge
