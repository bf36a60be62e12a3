#include "bench/distinct_tokens.h"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sodium.h>

#include "bench/bench_token.h"
#include "core/jose/base64url.h"

namespace drawbridge::bench {
namespace {

/// Signs with libsodium: twice as fast as TestKey.
struct Signer {
  Signer() { crypto_sign_keypair(point.data(), secret.data()); }

  std::string jwk() const {
    return fmt::format(R"({{"alg":"EdDSA","kty":"OKP","crv":"Ed25519","x":"{}","kid":"{}"}})",
                       encode_base64url({reinterpret_cast<const char*>(point.data()), point.size()}), kid);
  }
  std::string token(std::size_t user) const {
    std::string text = header + encode_base64url(payload(user));
    std::array<unsigned char, crypto_sign_BYTES> signature;
    crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()),
                         text.size(), secret.data());
    text += '.';
    return text += encode_base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
  }

  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> point;
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret;
  std::string header = encode_base64url(fmt::format(R"({{"alg":"EdDSA","kid":"{}"}})", kid)) + '.';
};

}  // namespace

DistinctTokens::DistinctTokens(std::size_t count) : count_{count} {
  const Signer signer;
  keys_ = test::key_set_of({signer.jwk()});
  token_size_ = signer.token(0).size();
  text_.resize(count * token_size_);
  const std::size_t workers = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (std::size_t worker = 0; worker < workers; ++worker)
    threads.emplace_back([&, worker] {
      for (std::size_t i = worker; i < count; i += workers)
        std::ranges::copy(signer.token(i), text_.begin() + static_cast<std::ptrdiff_t>(i * token_size_));
    });
}

}  // namespace drawbridge::bench
