#include "issuer/start_libraries.h"

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <openssl/rand.h>
#include <sodium.h>

#include "drawbridge/key_set.h"

#include "issuer/curl_rules.h"

namespace drawbridge::fetch {
namespace {

/// RFC 8037, appendix A.2.
constexpr std::string_view any_key_set =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"any","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

}  // namespace

void start_libraries() {
  if (sodium_init() < 0) throw std::runtime_error{"libsodium could not be initialized"};
  // With it simdjson looks for what the processor can do, and OpenSSL for its SHA-256.
  if (const auto keys = KeySet::parse(any_key_set); !keys || keys->usable_count() != 1)
    throw std::runtime_error{"OpenSSL or libsodium cannot read keys here"};
  std::uint8_t byte = 0;
  if (RAND_bytes(&byte, 1) != 1) throw std::runtime_error{"OpenSSL has no random bytes"};
  start_curl();
}

}  // namespace drawbridge::fetch
