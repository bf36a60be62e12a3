// Which representation a request is answered with, and whether the client has it already.

#include "http/representation.h"

#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

using Lines = std::vector<std::string_view>;

struct CodingCase {
  Lines accept_encoding;
  bool gzip;
};

TEST(Representation, is_compressed_for_who_prefers_that) {
  for (const auto& [lines, gzip] : {
           CodingCase{{}, false},
           CodingCase{{""}, false},
           CodingCase{{"gzip"}, true},
           CodingCase{{"GZip"}, true},
           CodingCase{{"x-gzip"}, true},
           CodingCase{{"gzip, deflate, br, zstd"}, true},
           CodingCase{{"br;q=1.0, gzip;q=0.8, *;q=0.1"}, true},
           CodingCase{{"deflate", "gzip"}, true},
           CodingCase{{"*"}, true},
           CodingCase{{"*;q=0.5, identity;q=0.4"}, true},
           CodingCase{{"gzip;q=1, identity;q=0"}, true},
           CodingCase{{"gzip;q=0.001"}, true},
           CodingCase{{"gzip ; q=0.5"}, true},
           CodingCase{{"gzip;Q=0.5"}, true},
           CodingCase{{"br"}, false},
           CodingCase{{"identity"}, false},
           CodingCase{{"identity, gzip;q=0.5"}, false},
           CodingCase{{"gzip;q=0"}, false},
           CodingCase{{"gzip;q=0.000, *"}, false},
           CodingCase{{"gzip;q=0", "*;q=1"}, false},
           CodingCase{{"gzip;q=0, gzip"}, false},
           CodingCase{{"x-gzip", "gzip;q=0"}, false},
           CodingCase{{"*;q=0"}, false},
           CodingCase{{"identity;q=0"}, false},
           CodingCase{{"identity;q=0, gzip;q=0"}, false},
           // What cannot be read is not taken.
           CodingCase{{"gzip;q="}, false},
           CodingCase{{"gzip;q=2"}, false},
           CodingCase{{"gzip;q=1.001"}, false},
           CodingCase{{"gzip;q=0.0001"}, false},
           CodingCase{{"gzip;q=-1"}, false},
           CodingCase{{"gzip;level=9"}, false},
           CodingCase{{"gzipped"}, false},
           CodingCase{{",,;q=1"}, false},
       })
    EXPECT_EQ(prefers_gzip(lines), gzip) << (lines.empty() ? "no header" : lines.front());
}

struct TagCase {
  Lines if_none_match;
  bool is_named;
};

TEST(Representation, is_known_by_its_entity_tag) {
  for (const auto& [lines, is_named] : {
           TagCase{{}, false},
           TagCase{{""}, false},
           TagCase{{R"("abc")"}, true},
           TagCase{{R"(W/"abc")"}, true},
           TagCase{{R"("x", "abc" , "y")"}, true},
           TagCase{{R"("x")", R"("abc")"}, true},
           TagCase{{"*"}, true},
           TagCase{{"abc"}, false},
           TagCase{{R"("ab")"}, false},
           TagCase{{R"("abc-gzip")"}, false},
           TagCase{{R"(w/"abc")"}, false},
           TagCase{{R"("ABC")"}, false},
       })
    EXPECT_EQ(is_named_by(lines, R"("abc")"), is_named) << (lines.empty() ? "no header" : lines.front());
}

}  // namespace
}  // namespace drawbridge::http
