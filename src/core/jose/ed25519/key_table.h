#pragma once

#include <memory>

#include "core/jose/ed25519/multiples.h"
#include "core/jose/ed25519/signature_check.h"

namespace drawbridge::ed25519 {

/// Multiples of the base point, made and compared with libsodium's at the first call; null where one
/// differed.
const BaseMultiples* base_multiples();

/// Whether a number is below the order of the base point, 2^252 + 27742317777372353535851937790883648493.
bool is_below_order(const Bytes32& number);

/// Whether eight times the point is the identity.
bool has_small_order(const Point& point);

/// Both products of R' = [S]B + [k](-A) (RFC 8032 §5.1.7) out of tables. R' is compared with R as bytes, and
/// what libsodium refuses besides is refused here.
class KeyTable final : public SignatureCheck {
 public:
  /// Null for a key that libsodium refuses: off the curve, of small order, or in another spelling. Such a
  /// table has not been compared with anything: make_check() does that. `base` outlives it.
  static std::shared_ptr<const KeyTable> of(const Ed25519PublicKey& key, const BaseMultiples& base);

  bool verify(std::string_view message, std::string_view signature) const override;

  /// Of -A.
  const KeyMultiples& multiples() const { return multiples_; }
  /// Whether every entry is what libsodium makes of -A.
  bool holds() const;

 private:
  KeyTable(const Ed25519PublicKey& key, const Point& negated_key, const BaseMultiples& base);

  const BaseMultiples& base_;
  KeyMultiples multiples_;
};

}  // namespace drawbridge::ed25519
