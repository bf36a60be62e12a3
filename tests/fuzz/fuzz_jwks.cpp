// Properties of reading a key set, for any bytes in place of one: a key is either usable or has a reason,
// the set says the same each time, agrees with another JSON library about what it was given, and takes no
// key whose secret is published.

#include <algorithm>
#include <cstdint>

#include <boost/json.hpp>

#include "drawbridge/key_set.h"

#include "core/jose/key_selector.h"
#include "core/jose/verification.h"
#include "tests/fuzz/known_tokens.h"

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

bool same(const KeyDescription& a, const KeyDescription& b) {
  return a.kid == b.kid && a.kty == b.kty && a.crv == b.crv && a.alg == b.alg && a.use == b.use &&
         a.x == b.x && a.reason == b.reason;
}

/// What a usable key must be, whatever the set around it.
void check_usable(const KeySet& keys, const KeyDescription& key) {
  require(key.kid && !key.kid->empty() && keys.has_kid(*key.kid), "a usable key is found by its kid");
  bool found = false;
  for (const Algorithm algorithm : known_tokens().policy.algorithms) {
    const auto selected = KeySelector::select(keys, *key.kid, algorithm);
    if (selected) {
      require((*selected)->kid == *key.kid, "a selected key has the kid that was asked for");
      require(fits(**selected, algorithm), "a selected key fits the algorithm that was asked for");
      require(KeySelector::selects(keys, *key.kid, algorithm, (*selected)->thumbprint),
              "a selected key is selected again");
    }
    found = found || selected || selected.error() == KeySelector::Miss::several_fit;
  }
  require(found, "a usable key fits an algorithm");
}

/// The set as another JSON library reads the same text.
void check_against_text(const KeySet& keys, std::string_view text) {
  json::parse_options options;
  options.max_depth = 2'000;
  boost::system::error_code fault;
  const json::value parsed = json::parse(text, fault, {}, options);
  require(!fault && parsed.is_object(), "an accepted set is a JSON object");
  const auto* jwks = parsed.as_object().if_contains("keys");
  require(jwks != nullptr && jwks->is_array() && jwks->as_array().size() == keys.size(),
          "an accepted set describes each member of keys");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const KeyDescription& key = keys.descriptions()[i];
    if (!key.usable()) continue;
    const json::value& jwk = jwks->as_array()[i];
    require(jwk.is_object() && is_text(jwk.as_object().at("kid"), *key.kid), "a key has the kid of its text");
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
      require(!jwk.as_object().contains(name), "no key with a published secret is usable");
  }
}

/// The vectors' tokens against the set: accepted at most by a key that the set holds.
void check_tokens(const KeySet& keys) {
  for (const std::string& token : known_tokens().tokens) {
    const auto verdict = verify_token(token, known_tokens().policy, keys, fuzz_time());
    require(!verdict || key_stands(*verdict, keys), "a token is accepted only by a key of the set");
    require(verdict || !verdict.error().missing_kid || !keys.has_kid(*verdict.error().missing_kid),
            "a kid is called unknown only when the set lacks it");
  }
}

void check_set(const KeySet& keys, std::string_view text) {
  const auto& descriptions = keys.descriptions();
  require(keys.size() == descriptions.size() && keys.size() <= 1'000, "a set has at most 1,000 keys");
  const auto usable = std::ranges::count_if(descriptions, &KeyDescription::usable);
  require(keys.usable_count() == static_cast<std::size_t>(usable),
          "the usable keys are those without a reason");
  for (const KeyDescription& key : descriptions) {
    if (key.usable())
      check_usable(keys, key);
    else
      require(is_one_line(key.reason), "an unusable key has a reason of one line");
  }
  check_against_text(keys, text);
  check_tokens(keys);
}

}  // namespace
}  // namespace drawbridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drawbridge;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto keys = KeySet::parse(text);
  const auto again = KeySet::parse(text);
  fuzz::require(keys.has_value() == again.has_value(), "a set is read the same each time");
  if (!keys) {
    fuzz::require(fuzz::is_one_line(keys.error()) && keys.error() == again.error(),
                  "a refused set has one reason");
    return 0;
  }
  fuzz::require(std::ranges::equal(keys->descriptions(), again->descriptions(), fuzz::same),
                "a set is read the same each time");
  fuzz::check_set(*keys, text);
  return 0;
}
