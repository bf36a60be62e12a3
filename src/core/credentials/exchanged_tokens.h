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
/// to say, each time. Bounded in number and in bytes: where a new one finds no place, the oldest goes. Any
/// number of threads may use one.
class ExchangedTokens {
 public:
  using Credential = std::array<std::uint8_t, 32>;  ///< as of ExchangeQueue

  static constexpr std::size_t max_bytes = std::size_t{32} * 1024 * 1024;  ///< of all tokens together

  /// `capacity` 0 remembers nothing.
  explicit ExchangedTokens(std::size_t capacity) : capacity_{capacity} {}

  /// Null where there is none, or its time is over at `now`.
  std::shared_ptr<const std::string> find(const Credential& credential, BootTime now) const;
  /// In place of what was remembered of this credential. Those whose time is over go.
  void remember(const Credential& credential, std::string jwt, BootTime until, BootTime now);
  void forget(const Credential& credential);
  /// The same, if it is still this one.
  void forget(const Credential& credential, const std::shared_ptr<const std::string>& jwt);

  std::size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<const std::string> jwt;
    BootTime until;
    std::list<Credential>::iterator place;
  };

  using Entries = std::map<Credential, Entry>;

  void erase(Entries::iterator entry);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::list<Credential> order_;  ///< oldest first
  std::size_t bytes_ = 0;
};

}  // namespace drawbridge
