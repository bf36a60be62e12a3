#pragma once

#include "drawbridge/export.h"

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/algorithm.h"

namespace drawbridge {

struct Key;  // src/core/jose/key.h

/// One key of a set as a person may see it: public members only.
struct KeyDescription {
  std::optional<std::string> kid;
  std::optional<std::string> kty;
  std::optional<std::string> crv;
  std::optional<std::string> alg;
  std::optional<std::string> use;
  std::optional<std::string> x;
  /// Empty when the key can verify signatures, else one line that says why not.
  std::string reason;

  bool usable() const { return reason.empty(); }
};

/// A JSON Web Key Set (RFC 7517 §5), parsed once into keys that are ready to verify.
///
/// An immutable handle, cheap to copy; any number of threads may read one. One bad key never spoils
/// the others: it is listed with the reason why it cannot be used.
class DRAWBRIDGE_API KeySet {
 public:
  /// An empty set: it verifies nothing.
  KeySet();

  /// Reads a JWK Set from JSON text. Fails, with one line that says why, when it is not a JSON object
  /// with one array `keys`, or when that has over 1,000 members. An empty array is a good set.
  static std::expected<KeySet, std::string> parse(std::string_view jwks_json);

  /// Every key of the set in its order, usable or not. Lives as long as any copy of the set.
  const std::vector<KeyDescription>& descriptions() const;

  std::size_t size() const;
  std::size_t usable_count() const;

  /// Whether any key, usable or not, has this `kid`.
  bool has_kid(std::string_view kid) const;

 private:
  friend class KeySelector;
  struct Contents;
  explicit KeySet(std::shared_ptr<const Contents> contents);

  std::shared_ptr<const Contents> contents_;
};

}  // namespace drawbridge
