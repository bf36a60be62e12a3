#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/keys/boot_clock.h"

namespace drawbridge {

/// Which JWT a session or an API key was exchanged for, for a while. What it is worth now is for a verifier
/// to say, each time. Bounded: where a new one finds no place, the oldest goes. Any number of threads may use
/// one.
class ExchangedTokens {
 public:
  using Credential = std::array<std::uint8_t, 32>;  ///< as of ExchangeQueue

  /// `capacity` 0 remembers nothing.
  explicit ExchangedTokens(std::size_t capacity) : capacity_{capacity} {}

  /// Null where there is none, or its time is over at `now`.
  std::shared_ptr<const std::string> find(const Credential& credential, BootTime now) const;
  /// In place of what was remembered of this credential.
  void remember(const Credential& credential, std::string jwt, BootTime until);
  void forget(const Credential& credential);

  std::size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<const std::string> jwt;
    BootTime until;
    std::list<Credential>::iterator place;
  };

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<Credential, Entry> entries_;
  std::list<Credential> order_;  ///< oldest first
};

}  // namespace drawbridge
