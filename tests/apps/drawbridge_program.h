#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/test_keys.h"

namespace drawbridge::app {

/// The built program, an issuer's key set in a file, and tokens of that issuer.
class DrawbridgeProgram : public testing::Test {
 protected:
  static constexpr std::int64_t now = 1'800'000'000;
  static constexpr const char* origin = "http://localhost:3000";

  DrawbridgeProgram();

  /// A file of the test's own.
  std::string file(const std::string& name, const std::string& content) const;

  /// `token verify` at the time `now`, for the issuer, its key set and its audience.
  test::Outcome verify(const std::string& token, std::vector<std::string> more = {"--json"}) const;

  /// A token of the issuer, its claims good but for those given: members of a JSON object.
  std::string token(const std::string& claims = "") const;

  /// That token's claims.
  static std::string claims(const std::string& changed = "");

  const test::TestKey key_ = test::TestKey::generate(Algorithm::eddsa, "the-key");
  const test::ScratchDirectory scratch_;
  std::string key_set_;  ///< path
};

/// Its path, compiled into one file as `source_folder()` is.
std::string drawbridge_program();

test::Outcome drawbridge(std::vector<std::string> arguments, std::string input = "",
                         std::map<std::string, std::string> environment = {});

/// Reads one line of JSON; the test fails when `out` is anything else.
boost::json::object json_line(const std::string& out);

std::string text_member(const boost::json::object& object, std::string_view name);

}  // namespace drawbridge::app
