#include "issuer/start_libraries.h"

#include <stdexcept>

#include <sodium.h>

#include "core/jose/sha256.h"
#include "issuer/curl_rules.h"

namespace drawbridge::fetch {

void start_libraries() {
  if (sodium_init() < 0) throw std::runtime_error{"libsodium could not be initialized"};
  (void)sha256({});
  start_curl();
}

}  // namespace drawbridge::fetch
