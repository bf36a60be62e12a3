#include "core/credentials/exchanged_tokens.h"

#include <iterator>
#include <utility>

namespace drawbridge {

std::shared_ptr<const std::string> ExchangedTokens::find(const Credential& credential, BootTime now) const {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(credential);
  return found != entries_.end() && now < found->second.until ? found->second.jwt : nullptr;
}

void ExchangedTokens::erase(Entries::iterator entry) {
  bytes_ -= entry->second.jwt->size();
  order_.erase(entry->second.place);
  entries_.erase(entry);
}

void ExchangedTokens::remember(const Credential& credential, std::string jwt, BootTime until, BootTime now) {
  if (capacity_ == 0 || jwt.size() > max_bytes) return;
  auto shared = std::make_shared<const std::string>(std::move(jwt));
  const std::lock_guard lock{mutex_};
  if (const auto known = entries_.find(credential); known != entries_.end()) erase(known);
  const auto oldest = [this] { return entries_.find(order_.front()); };
  while (!order_.empty() && (oldest()->second.until <= now || entries_.size() >= capacity_ ||
                             bytes_ + shared->size() > max_bytes))
    erase(oldest());
  order_.push_back(credential);
  try {
    const std::size_t size = shared->size();
    entries_.emplace(credential, Entry{std::move(shared), until, std::prev(order_.end())});
    bytes_ += size;
  } catch (...) {
    order_.pop_back();
    throw;
  }
}

void ExchangedTokens::forget(const Credential& credential) {
  const std::lock_guard lock{mutex_};
  if (const auto known = entries_.find(credential); known != entries_.end()) erase(known);
}

void ExchangedTokens::forget(const Credential& credential, const std::shared_ptr<const std::string>& jwt) {
  const std::lock_guard lock{mutex_};
  const auto known = entries_.find(credential);
  if (known != entries_.end() && known->second.jwt == jwt) erase(known);
}

std::size_t ExchangedTokens::size() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

}  // namespace drawbridge
