#include "issuer/start_libraries.h"

#include <sodium.h>

#include "core/jose/sha256.h"
#include "issuer/curl_rules.h"

namespace drawbridge::fetch {

void start_libraries() {
  (void)sodium_init();  // who needs it asks again whether it worked
  (void)sha256({});
  start_curl();
}

}  // namespace drawbridge::fetch
