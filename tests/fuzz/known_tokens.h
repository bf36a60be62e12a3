#pragma once

// What the fuzz targets take as true, from tests/vectors: tokens that Better Auth really signed.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "drawbridge/verifier.h"

namespace drawbridge::fuzz {

/// One policy with every algorithm, the keys of all vectors in one set, and the tokens that both accept.
struct KnownTokens {
  Policy policy;
  std::string jwks_json;
  KeySet keys;
  std::vector<std::string> tokens;
};

/// Read once; ends the program with one line when the vectors cannot be used.
const KnownTokens& known_tokens();

/// A moment at which the vectors are good.
TokenTime fuzz_time();

/// Prints what does not hold and aborts, so that libFuzzer keeps the input.
void require(bool holds, std::string_view property);

/// Whether a JSON value is that very string.
bool is_text(const boost::json::value& value, std::string_view text);

/// Whether text may stand in an answer or on one line of a log: not empty, no control character.
bool is_one_line(std::string_view text);

}  // namespace drawbridge::fuzz
