#include "http/request_head.h"

#include <ostream>

namespace drawbridge::http {
namespace {

using State = HeadScanner::State;

struct ScanCase {
  const char* name;
  std::string received;
  State state;
};
void PrintTo(const ScanCase& scan_case, std::ostream* out) {
  *out << scan_case.name;
}

class HeadScan : public testing::TestWithParam<ScanCase> {};

TEST_P(HeadScan, at_once) {
  HeadScanner scanner;
  EXPECT_EQ(scanner.scan(GetParam().received), GetParam().state);
}

TEST_P(HeadScan, byte_by_byte_comes_to_the_same) {
  HeadScanner scanner;
  const std::string& received = GetParam().received;
  State state = State::incomplete;
  for (std::size_t size = 1; size <= received.size() && state == State::incomplete; ++size)
    state = scanner.scan(std::string_view{received}.substr(0, size));
  EXPECT_EQ(state, GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(
    , HeadScan,
    testing::Values(ScanCase{"nothing", "", State::incomplete},
                    ScanCase{"half_a_line", "GET / HT", State::incomplete},
                    ScanCase{"no_blank_line", "GET / HTTP/1.1\r\nHost: a\r\n", State::incomplete},
                    ScanCase{"complete", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", State::complete},
                    ScanCase{"with_a_body_behind", "POST / HTTP/1.1\r\n\r\n\x01\n", State::complete},
                    ScanCase{"tab_in_a_value", "GET / HTTP/1.1\r\nA:\tb\r\n\r\n", State::complete},
                    ScanCase{"bare_line_feed", "GET / HTTP/1.1\nHost: a\n\n", State::malformed},
                    ScanCase{"line_feed_before_blank_line", "GET / HTTP/1.1\r\n\n", State::malformed},
                    ScanCase{"bare_carriage_return", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", State::malformed},
                    ScanCase{"two_carriage_returns", "GET / HTTP/1.1\r\r\n\r\n", State::malformed},
                    ScanCase{"nul", std::string{"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 26}, State::malformed},
                    ScanCase{"control_character", "GET /\x01 HTTP/1.1\r\n\r\n", State::malformed},
                    ScanCase{"delete_character", "GET /\x7F HTTP/1.1\r\n\r\n", State::malformed},
                    ScanCase{"blank_line_first", "\r\nGET / HTTP/1.1\r\n\r\n", State::malformed},
                    ScanCase{"tls_handshake", "\x16\x03\x01\x02", State::malformed},
                    ScanCase{"space_first", " GET / HTTP/1.1\r\n\r\n", State::malformed}),
    [](const auto& scan_case) { return scan_case.param.name; });

TEST(HeadScanner, tells_where_the_head_ends) {
  constexpr std::string_view head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScanner scanner;
  ASSERT_EQ(scanner.scan(std::string{head} + "GET /next"), State::complete);
  EXPECT_EQ(scanner.size(), head.size());
}

struct FaultCase {
  const char* name;
  std::string head;
  std::optional<std::string_view> fault;
};
void PrintTo(const FaultCase& fault_case, std::ostream* out) {
  *out << fault_case.head;
}

std::string with_line(const std::string& line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}
std::string with_request_line(const std::string& line) {
  return line + "\r\nHost: a\r\n\r\n";
}
std::string with_host(const std::string& host_lines) {
  return "GET / HTTP/1.1\r\n" + host_lines + "\r\n";
}

class HeadFault : public testing::TestWithParam<FaultCase> {};

TEST_P(HeadFault, is_found) {
  EXPECT_EQ(head_fault(GetParam().head), GetParam().fault);
}

constexpr std::string_view bad_line = "A header line is not \"Name: value\".";
constexpr std::string_view bad_length = "The Content-Length header is not a number.";
constexpr std::string_view bad_encoding = "The only Transfer-Encoding supported is \"chunked\".";
constexpr std::string_view bad_host = "The Host header is not a host.";
constexpr std::string_view bad_target = "The request target must be printable ASCII without \"#\".";
constexpr std::string_view no_path = "The request target must be a path that starts with \"/\".";
constexpr std::string_view bad_version = "Only HTTP/1.1 and HTTP/1.0 are supported.";
constexpr std::string_view bad_request_line = "The request line is not \"METHOD target HTTP/1.1\".";
constexpr std::string_view folded = "A header is folded over two lines.";

INSTANTIATE_TEST_SUITE_P(
    good, HeadFault,
    testing::Values(FaultCase{"plain", with_line("Accept: */*"), std::nullopt},
                    FaultCase{"http_1_0", with_request_line("GET / HTTP/1.0"), std::nullopt},
                    FaultCase{"host_with_port", with_host("host: [::1]:8000\r\n"), std::nullopt},
                    FaultCase{"latin_1_in_a_value", with_line("A: \xE9"), std::nullopt},
                    FaultCase{"empty_value", with_line("A:"), std::nullopt},
                    FaultCase{"chunked", with_line("transfer-encoding: \t chunked "), std::nullopt},
                    FaultCase{"length", with_line("Content-Length: 0"), std::nullopt},
                    FaultCase{"two_authorizations_are_the_gates_matter",
                              with_line("Authorization: a\r\nAuthorization: b"), std::nullopt}),
    [](const auto& fault_case) { return fault_case.param.name; });

INSTANTIATE_TEST_SUITE_P(
    request_line, HeadFault,
    testing::Values(FaultCase{"two_words", with_request_line("GET /"), bad_request_line},
                    FaultCase{"two_spaces", with_request_line("GET  / HTTP/1.1"), no_path},
                    FaultCase{"method_no_token", with_request_line("G(T / HTTP/1.1"),
                              "The method is not a token."},
                    FaultCase{"http_0_9", with_request_line("GET / HTTP/0.9"), bad_version},
                    FaultCase{"http_2", with_request_line("PRI / HTTP/2.0"), bad_version},
                    FaultCase{"version_in_lower_case", with_request_line("GET / http/1.1"), bad_version},
                    FaultCase{"version_with_space", with_request_line("GET / HTTP/1.1 "), bad_version},
                    FaultCase{"absolute_form", with_request_line("GET http://a/ HTTP/1.1"), no_path},
                    FaultCase{"authority_form", with_request_line("CONNECT a:80 HTTP/1.1"), no_path},
                    FaultCase{"asterisk_form", with_request_line("OPTIONS * HTTP/1.1"), no_path},
                    FaultCase{"space_in_target", with_request_line("GET /a b HTTP/1.1"), bad_target},
                    FaultCase{"tab_in_target", with_request_line("GET /a\tb HTTP/1.1"), bad_target},
                    FaultCase{"fragment", with_request_line("GET /a#b HTTP/1.1"), bad_target},
                    FaultCase{"non_ascii_target", with_request_line("GET /\xC3\xA9 HTTP/1.1"), bad_target}),
    [](const auto& fault_case) { return fault_case.param.name; });

INSTANTIATE_TEST_SUITE_P(fields, HeadFault,
                         testing::Values(FaultCase{"folded_with_space", with_line("A: b\r\n c"), folded},
                                         FaultCase{"folded_with_tab", with_line("A: b\r\n\tc"), folded},
                                         FaultCase{"folded_first_line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                                                   folded},
                                         FaultCase{"space_before_colon", with_line("A : b"), bad_line},
                                         FaultCase{"no_colon", with_line("A"), bad_line},
                                         FaultCase{"no_name", with_line(": b"), bad_line},
                                         FaultCase{"no_host", with_host(""), "There is no Host header."},
                                         FaultCase{"two_hosts", with_host("Host: a\r\nhost: a\r\n"),
                                                   "There is more than one Host header."},
                                         FaultCase{"empty_host", with_host("Host: \r\n"), bad_host},
                                         FaultCase{"host_with_path", with_host("Host: a/b\r\n"), bad_host},
                                         FaultCase{"host_with_user", with_host("Host: u@a\r\n"), bad_host},
                                         FaultCase{"host_list", with_host("Host: a b\r\n"), bad_host}),
                         [](const auto& fault_case) { return fault_case.param.name; });

INSTANTIATE_TEST_SUITE_P(
    framing, HeadFault,
    testing::Values(
        FaultCase{"two_lengths", with_line("Content-Length: 1\r\nContent-Length: 1"),
                  "There is more than one Content-Length header."},
        FaultCase{"length_list", with_line("Content-Length: 1, 1"), bad_length},
        FaultCase{"length_with_sign", with_line("Content-Length: +1"), bad_length},
        FaultCase{"negative_length", with_line("Content-Length: -1"), bad_length},
        FaultCase{"hexadecimal_length", with_line("Content-Length: 0x1"), bad_length},
        FaultCase{"empty_length", with_line("Content-Length:"), bad_length},
        FaultCase{"length_beyond_64_bits", with_line("Content-Length: 18446744073709551617"), bad_length},
        FaultCase{"other_encoding", with_line("Transfer-Encoding: gzip"), bad_encoding},
        FaultCase{"encoding_list", with_line("Transfer-Encoding: gzip, chunked"), bad_encoding},
        FaultCase{"chunked_twice", with_line("Transfer-Encoding: chunked, chunked"), bad_encoding},
        FaultCase{"nearly_chunked", with_line("Transfer-Encoding: xchunked"), bad_encoding},
        FaultCase{"chunked_in_capitals", with_line("Transfer-Encoding: Chunked"), bad_encoding},
        FaultCase{"chunked_in_quotes", with_line("Transfer-Encoding: \"chunked\""), bad_encoding},
        FaultCase{"empty_encoding", with_line("Transfer-Encoding:"), bad_encoding},
        FaultCase{"two_encodings", with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                  "There is more than one Transfer-Encoding header."},
        FaultCase{"encoding_and_length", with_line("Content-Length: 1\r\nTransfer-Encoding: chunked"),
                  "There are both Transfer-Encoding and Content-Length."},
        FaultCase{"encoding_on_http_1_0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                  "HTTP/1.0 has no Transfer-Encoding."}),
    [](const auto& fault_case) { return fault_case.param.name; });

TEST(OriginIn, reads_whole_lines_of_a_head_that_was_refused) {
  struct Case {
    const char* name;
    std::string_view head;
    std::string_view origin;
  };
  const Case cases[] = {
      {"one", "GET / HTTP/1.1\r\nHost: a\r\norigin:  http://a \r\nX: y\r\n\r\n", "http://a"},
      {"none", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"two", "GET / HTTP/1.1\r\nOrigin: http://a\r\nOrigin: http://b\r\n\r\n", ""},
      {"cut_off", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://a", ""},
      {"in_the_request_line", "Origin: http://a\r\nHost: a\r\n\r\n", ""},
      {"no_head_at_all", "\x16\x03\x01", ""},
      {"empty", "", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(http::origin_in(c.head), c.origin) << c.name;
}

}  // namespace
}  // namespace drawbridge::http
