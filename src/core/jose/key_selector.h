#pragma once

#include <expected>
#include <string>

#include "drawbridge/key_set.h"

#include "core/jose/key.h"

namespace drawbridge {

/// The keys inside a KeySet, for the verifier.
class KeySelector {
 public:
  enum class Miss { kid_not_held, none_fits, several_fit };

  /// The one key of that `kid` that fits the algorithm. It lives as long as the set.
  static std::expected<const Key*, Miss> select(const KeySet& keys, std::string_view kid,
                                                Algorithm algorithm);

  /// Why none of the keys of that `kid` can be used, for the hint.
  static std::string why_unusable(const KeySet& keys, std::string_view kid, Algorithm algorithm);

  /// Whether a usable key of the set has this raw key, whatever its kid. Looks at all of them.
  static bool lists(const KeySet& keys, const Ed25519PublicKey& key);

  /// Whether select() would choose the key of this thumbprint.
  static bool selects(const KeySet& keys, std::string_view kid, Algorithm algorithm,
                      const Thumbprint& thumbprint);
};

}  // namespace drawbridge
