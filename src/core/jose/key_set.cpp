#include "drawbridge/key_set.h"

#include <algorithm>
#include <unordered_map>

#include "core/jose/key_selector.h"
#include "core/jose/strict_json.h"

namespace drawbridge {
namespace {

constexpr std::size_t max_keys = 1'000;

struct HashText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

std::optional<std::string> text_member(simdjson::dom::element jwk, std::string_view name) {
  simdjson::dom::object members;
  if (jwk.get(members) != simdjson::SUCCESS) return std::nullopt;
  const auto text = string_member(members, name);
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

KeyDescription describe(simdjson::dom::element jwk) {
  return {.kid = text_member(jwk, "kid"),
          .kty = text_member(jwk, "kty"),
          .crv = text_member(jwk, "crv"),
          .alg = text_member(jwk, "alg"),
          .use = text_member(jwk, "use"),
          .x = text_member(jwk, "x"),
          .reason = {}};
}

}  // namespace

struct KeySet::Contents {
  std::vector<KeyDescription> descriptions;
  std::vector<Key> usable;
  /// Every `kid` of the set to the usable keys that have it; one with only unusable keys maps to none.
  std::unordered_map<std::string, std::vector<const Key*>, HashText, std::equal_to<>> by_kid;

  const std::vector<const Key*>* find(std::string_view kid) const {
    const auto found = by_kid.find(kid);
    return found == by_kid.end() ? nullptr : &found->second;
  }
};

KeySet::KeySet() : contents_{std::make_shared<const Contents>()} {}
KeySet::KeySet(std::shared_ptr<const Contents> contents) : contents_{std::move(contents)} {}

std::expected<KeySet, std::string> KeySet::parse(std::string_view jwks_json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(jwks_json.data(), jwks_json.size()).get(root) != simdjson::SUCCESS)
    return std::unexpected{"the key set is not valid JSON"};
  simdjson::dom::object members;
  if (root.get(members) != simdjson::SUCCESS) return std::unexpected{"the key set is not a JSON object"};
  std::size_t keys_members = 0;
  for (const auto field : members) keys_members += field.key == "keys" ? 1 : 0;
  if (keys_members > 1) return std::unexpected{"the key set has the member \"keys\" twice"};
  simdjson::dom::array jwks;
  if (members.at_key("keys").get(jwks) != simdjson::SUCCESS)
    return std::unexpected{"the key set has no array \"keys\""};
  if (jwks.size() > max_keys) return std::unexpected{"the key set has over 1,000 keys"};

  auto contents = std::make_shared<Contents>();
  contents->descriptions.reserve(jwks.size());
  contents->usable.reserve(jwks.size());
  for (const auto jwk : jwks) {
    auto& description = contents->descriptions.emplace_back(describe(jwk));
    if (description.kid) contents->by_kid[*description.kid];
    auto key = read_key(jwk);
    if (key)
      contents->usable.push_back(*std::move(key));
    else
      description.reason = key.error();
  }
  for (const Key& key : contents->usable) contents->by_kid[key.kid].push_back(&key);
  return KeySet{std::move(contents)};
}

const std::vector<KeyDescription>& KeySet::descriptions() const {
  return contents_->descriptions;
}
std::size_t KeySet::size() const {
  return contents_->descriptions.size();
}
std::size_t KeySet::usable_count() const {
  return contents_->usable.size();
}
bool KeySet::has_kid(std::string_view kid) const {
  return contents_->find(kid) != nullptr;
}

std::expected<const Key*, KeySelector::Miss> KeySelector::select(const KeySet& keys, std::string_view kid,
                                                                 Algorithm algorithm) {
  const auto* candidates = keys.contents_->find(kid);
  if (candidates == nullptr) return std::unexpected{Miss::kid_not_held};
  const Key* fitting = nullptr;
  for (const Key* key : *candidates) {
    if (!fits(*key, algorithm)) continue;
    if (fitting != nullptr) return std::unexpected{Miss::several_fit};
    fitting = key;
  }
  if (fitting == nullptr) return std::unexpected{Miss::none_fits};
  return fitting;
}

std::string KeySelector::why_unusable(const KeySet& keys, std::string_view kid, Algorithm algorithm) {
  const auto found = select(keys, kid, algorithm);
  if (!found && found.error() == Miss::several_fit) return "several keys in the set have this kid";
  for (const KeyDescription& description : keys.descriptions())
    if (description.kid == kid && !description.usable()) return "the key " + description.reason;
  return "the key is not for " + std::string{name_of(algorithm)};
}

bool KeySelector::lists(const KeySet& keys, const Ed25519PublicKey& key) {
  return std::ranges::any_of(keys.contents_->usable, [&](const Key& each) {
    const auto* const raw = std::get_if<Ed25519PublicKey>(&each.material);
    return raw != nullptr && *raw == key;
  });
}

bool KeySelector::selects(const KeySet& keys, std::string_view kid, Algorithm algorithm,
                          const Thumbprint& thumbprint) {
  const auto key = select(keys, kid, algorithm);
  return key && (*key)->thumbprint == thumbprint;
}

}  // namespace drawbridge
