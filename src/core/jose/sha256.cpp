#include "core/jose/sha256.h"

#include <new>

#include "core/jose/openssl_handles.h"

namespace drawbridge {
namespace {

const EVP_MD* algorithm() {
  static const OpenSsl<EVP_MD> fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  if (!fetched) throw std::bad_alloc{};
  return fetched.get();
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  thread_local const OpenSsl<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  std::array<std::uint8_t, 32> digest{};
  if (!context || EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
    throw std::bad_alloc{};
  return digest;
}

}  // namespace drawbridge
