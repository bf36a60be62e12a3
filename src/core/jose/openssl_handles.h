#pragma once

#include <memory>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace drawbridge {

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};

/// What OpenSSL made, and frees by its own function.
template <class T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

/// Takes the errors that OpenSSL queues while it lives off the thread's queue again, on whichever way the
/// scope is left: the thread's next user of OpenSSL must not find our refusal there. What stood before stays.
class OpenSslErrors {
 public:
  OpenSslErrors() { ERR_set_mark(); }  // has no effect on an empty queue, which is then emptied again
  ~OpenSslErrors() { ERR_pop_to_mark(); }
  OpenSslErrors(const OpenSslErrors&) = delete;
  OpenSslErrors& operator=(const OpenSslErrors&) = delete;
};

}  // namespace drawbridge
