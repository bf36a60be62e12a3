#include "tests/fuzz/known_tokens.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>

#include "tests/support/places.h"

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

const std::vector<Algorithm> every_algorithm{Algorithm::eddsa, Algorithm::ed25519, Algorithm::es256,
                                             Algorithm::es384, Algorithm::es512,   Algorithm::rs256,
                                             Algorithm::rs384, Algorithm::rs512,   Algorithm::ps256,
                                             Algorithm::ps384, Algorithm::ps512};

json::object read_vector(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  boost::system::error_code error;
  const json::value vector = json::parse(text.str(), error);
  require(!error && vector.is_object(), "every file of tests/vectors is a JSON object: " + file.string());
  return vector.as_object();
}

std::string text_of(const json::object& vector, std::string_view name) {
  return json::value_to<std::string>(vector.at(name));
}

KnownTokens read_known_tokens() {
  const std::filesystem::path folder = test::source_folder() / "tests/vectors";
  std::vector<json::object> vectors;
  json::array keys;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  for (const auto& file : files) {
    vectors.push_back(read_vector(file));
    for (const auto& key : vectors.back().at("jwks").at("keys").as_array()) keys.push_back(key);
  }

  const json::object main_vector = read_vector(folder / "EdDSA.json");
  Policy policy{text_of(main_vector, "iss"), text_of(main_vector, "aud")};
  policy.algorithms = every_algorithm;
  std::string jwks_json = json::serialize(json::object{{"keys", keys}});
  auto set = KeySet::parse(jwks_json);
  require(set.has_value(), "the keys of tests/vectors are a key set");

  const Verifier verifier{policy};
  std::vector<std::string> tokens;
  for (const auto& vector : vectors)
    if (auto token = text_of(vector, "token"); verifier.verify(token, *set, fuzz_time()))
      tokens.push_back(std::move(token));
  require(!tokens.empty(), "some tokens of tests/vectors are good");
  return {std::move(policy), std::move(jwks_json), *std::move(set), std::move(tokens)};
}

}  // namespace

const KnownTokens& known_tokens() {
  static const KnownTokens known = read_known_tokens();
  return known;
}

TokenTime fuzz_time() {
  using namespace std::chrono;
  return sys_days{year{2030} / January / 1};
}

void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

bool is_text(const json::value& value, std::string_view text) {
  return value.is_string() && std::string_view{value.as_string().data(), value.as_string().size()} == text;
}

bool is_one_line(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace drawbridge::fuzz
