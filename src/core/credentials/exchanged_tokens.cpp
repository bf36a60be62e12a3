#include "core/credentials/exchanged_tokens.h"

#include <utility>

namespace drawbridge {

std::shared_ptr<const std::string> ExchangedTokens::find(const Credential& credential, BootTime now) const {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(credential);
  return found != entries_.end() && now < found->second.until ? found->second.jwt : nullptr;
}

void ExchangedTokens::remember(const Credential& credential, std::string jwt, BootTime until) {
  if (capacity_ == 0) return;
  auto shared = std::make_shared<const std::string>(std::move(jwt));
  const std::lock_guard lock{mutex_};
  if (const auto known = entries_.find(credential); known != entries_.end()) {
    order_.erase(known->second.place);
    entries_.erase(known);
  }
  if (entries_.size() == capacity_) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
  const auto place = order_.insert(order_.end(), credential);
  entries_.emplace(credential, Entry{std::move(shared), until, place});
}

void ExchangedTokens::forget(const Credential& credential) {
  const std::lock_guard lock{mutex_};
  const auto known = entries_.find(credential);
  if (known == entries_.end()) return;
  order_.erase(known->second.place);
  entries_.erase(known);
}

std::size_t ExchangedTokens::size() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

}  // namespace drawbridge
