#include "core/jose/verification.h"

#include "core/errors/hints.h"
#include "core/jose/claims.h"
#include "core/jose/key_selector.h"
#include "core/jose/signature.h"
#include "core/jose/unverified_token.h"

namespace drawbridge {
namespace {

using Refused = std::unexpected<Refusal>;

std::unexpected<AuthError> refuse(ErrorCode code, std::string detail, std::string hint) {
  return std::unexpected{AuthError{code, std::move(detail), std::move(hint), {}}};
}

AuthError key_not_held(const TokenHeader& header) {
  return {ErrorCode::key_unknown,
          "The issuer's key set does not contain the token's key.",
          key_unknown_hint(header.kid),
          {}};
}

}  // namespace

std::expected<SignedToken, AuthError> read_signed_token(std::string_view token, const Policy& policy,
                                                        const KeySet& keys, TokenType type,
                                                        ed25519::KeyTables* tables) {
  if (token.size() > policy.max_token_size)
    return refuse(ErrorCode::token_too_large,
                  "The token is larger than the " + std::to_string(policy.max_token_size) + " bytes allowed.",
                  token_too_large_hint());
  auto parts = split_token(token);
  if (!parts) return std::unexpected{std::move(parts).error()};
  auto header = read_header(parts->unverified_header, policy, type);
  if (!header) return std::unexpected{std::move(header).error()};

  const auto key = KeySelector::select(keys, header->kid, header->algorithm);
  if (key) {
    if (!verify_signature(**key, header->algorithm, parts->signing_input, parts->signature, keys, tables))
      return refuse(ErrorCode::signature_invalid, "The token's signature is invalid.", signature_hint());
    return SignedToken{*std::move(parts), *std::move(header), *key};
  }
  if (key.error() != KeySelector::Miss::kid_not_held)
    return refuse(
        ErrorCode::key_unusable, "The key that the token names cannot verify it.",
        key_unusable_hint(header->kid, KeySelector::why_unusable(keys, header->kid, header->algorithm)));
  return SignedToken{*std::move(parts), *std::move(header), nullptr};
}

Verdict verdict_of(Identity identity, const TokenTimes& times, const SignedToken& signed_token,
                   TokenType type, const RevocationMarks& marks) {
  return {std::move(identity),
          times,
          signed_token.header.kid,
          signed_token.key->thumbprint,
          signed_token.header.algorithm,
          type,
          marks};
}

std::expected<Verdict, Refusal> verify_token(std::string_view token, const Policy& policy, const KeySet& keys,
                                             TokenTime now, ed25519::KeyTables* tables) {
  auto good = read_signed_token(token, policy, keys, TokenType::jwt, tables);
  if (!good) return Refused{Refusal{std::move(good).error(), {}}};
  auto claims = check_claims(std::move(good->parts.unverified_payload), policy, now);
  if (!claims) return Refused{Refusal{std::move(claims).error(), {}}};
  if (good->key == nullptr)
    return Refused{
        Refusal{key_not_held(good->header), good->header.kid, std::move(claims->identity.subject)}};
  return verdict_of(IdentityMaker::make(std::move(claims->identity)), claims->times, *good, TokenType::jwt,
                    claims->marks);
}

std::expected<SignedBytes, AuthError> verify_signature_only(std::string_view token, const Policy& policy,
                                                            const KeySet& keys) {
  auto good = read_signed_token(token, policy, keys, TokenType::jwt);
  if (!good) return std::unexpected{std::move(good).error()};
  if (good->key == nullptr) return std::unexpected{key_not_held(good->header)};
  return SignedBytes{std::move(good->parts.unverified_header), std::move(good->parts.unverified_payload)};
}

bool key_stands(const Verdict& verdict, const KeySet& keys) {
  return KeySelector::selects(keys, verdict.kid, verdict.algorithm, verdict.key);
}

}  // namespace drawbridge
