#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/jose/key.h"

namespace drawbridge::ed25519 {

/// Judges signatures of one key, which it was made for and which never changes. Any number of threads may
/// use one.
class SignatureCheck {
 public:
  explicit SignatureCheck(const Ed25519PublicKey& key) : key_{key} {}
  virtual ~SignatureCheck() = default;
  SignatureCheck(const SignatureCheck&) = delete;
  SignatureCheck& operator=(const SignatureCheck&) = delete;

  /// The raw key that is hashed with each message.
  const Ed25519PublicKey& key() const { return key_; }

  virtual bool verify(std::string_view message, std::string_view signature) const = 0;

 private:
  const Ed25519PublicKey key_;
};

/// A key that is worth a table, and a signature of it that libsodium accepted.
struct WantedCheck {
  Ed25519PublicKey key;
  std::string message;
  std::string signature;
};

/// Whether this build can make checks.
bool has_tables();

/// A check by tables, of which every entry was compared with libsodium's and which accepts that signature and
/// no copy with a bit flipped; null where anything was not so. Takes some 10 ms, and 60 more the first time
/// in a process.
std::shared_ptr<const SignatureCheck> make_check(const WantedCheck& wanted);

}  // namespace drawbridge::ed25519
