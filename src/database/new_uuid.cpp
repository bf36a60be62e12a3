#include "database/new_uuid.h"

#include <openssl/rand.h>

namespace drawbridge::database {

std::optional<Uuid> new_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid::from_bytes(bytes);
}

}  // namespace drawbridge::database
