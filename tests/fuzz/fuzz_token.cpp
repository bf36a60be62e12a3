// Two properties of verification, for any bytes in place of a token:
//  1. What is accepted under fixed keys is byte for byte a token that was really signed.
//  2. Where an attacker could have any header and payload signed, what is accepted still obeys the rules
//     for header and claims, as another JSON library reads them.
// And every refusal has a code of the groups malformed and rejected, and can be shown to anyone.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>

#include <boost/json.hpp>
#include <sodium.h>

#include "drawbridge/verifier.h"

#include "core/jose/base64url.h"
#include "tests/fuzz/known_tokens.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

/// The three segments of something that may be a JWS in compact form.
using Segments = std::array<std::string_view, 3>;

std::optional<Segments> segments_of(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last) return std::nullopt;
  return Segments{token.substr(0, first), token.substr(first + 1, last - first - 1), token.substr(last + 1)};
}

/// A key of ours in the place of Better Auth's, under the same kid, so that mutations of real tokens reach
/// every check behind the signature.
class Signer {
 public:
  Signer() {
    require(sodium_init() >= 0, "libsodium starts");
    constexpr std::array<unsigned char, crypto_sign_SEEDBYTES> seed{7};
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> x{};
    crypto_sign_seed_keypair(x.data(), secret_.data(), seed.data());
    const auto segments = segments_of(token_of_eddsa());
    const auto header = json::parse(decode_base64url(segments->front()).value());
    kid_ = json::value_to<std::string>(header.at("kid"));
    const json::object jwk{{"kty", "OKP"},
                           {"crv", "Ed25519"},
                           {"kid", kid_},
                           {"x", encode_base64url({reinterpret_cast<const char*>(x.data()), x.size()})}};
    keys_ = KeySet::parse(json::serialize(json::object{{"keys", json::array{jwk}}})).value();
  }

  std::string signed_token(const Segments& segments) const {
    std::string token = std::string{segments[0]} + '.' + std::string{segments[1]};
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(token.data()), token.size(), secret_.data());
    return token + '.' + encode_base64url(signature);
  }

  const KeySet& keys() const { return keys_; }
  const std::string& kid() const { return kid_; }

 private:
  static const std::string& token_of_eddsa() {
    for (const std::string& token : known_tokens().tokens)
      if (decode_base64url(segments_of(token)->front())->find("\"EdDSA\"") != std::string::npos) return token;
    require(false, "tests/vectors holds an EdDSA token");
    std::abort();
  }

  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_{};
  std::string kid_;
  KeySet keys_;
};

const Signer& signer() {
  static const Signer instance;
  return instance;
}

/// The signature of a token, which makes it a credential; nothing when the claims say the same text, which a
/// hint may quote.
std::optional<std::string_view> secret_part(std::string_view token) {
  const auto segments = segments_of(token);
  if (!segments) return std::nullopt;
  const auto bytes = decode_base64url(segments->back());
  if (!bytes || bytes->size() < 32) return std::nullopt;
  for (const std::string_view shown : {segments->front(), (*segments)[1]})
    if (decode_base64url(shown).value_or("").find(segments->back()) != std::string::npos) return std::nullopt;
  return segments->back();
}

void check_refusal(const AuthError& error, std::string_view token) {
  const ErrorGroup group = group_of(error.code);
  require(group == ErrorGroup::malformed || group == ErrorGroup::rejected,
          "a refusal's code is of the groups malformed and rejected");
  require(is_one_line(error.detail), "a refusal's detail is one line");
  require(error.hint.empty() || is_one_line(error.hint), "a refusal's hint is one line");
  const auto signature = secret_part(token);
  require(!signature || (error.detail + error.hint).find(*signature) == std::string::npos,
          "a refusal does not quote the token's signature");
  boost::system::error_code fault;
  json::parse(problem_json(error), fault);
  require(!fault, "a refusal can be written as JSON");
}

const json::object& object_of(const json::value& value) {
  require(value.is_object(), "an accepted header and payload are JSON objects");
  return value.as_object();
}

void check_header(std::string_view text) {
  const json::value parsed = json::parse(text);
  const json::object& header = object_of(parsed);
  const json::value& alg = header.at("alg");
  require((is_text(alg, "EdDSA") || is_text(alg, "Ed25519")) && is_text(header.at("kid"), signer().kid()),
          "alg and kid are the key's");
  require(!header.contains("crit") && !header.contains("b64"), "no extension is accepted");
  if (const auto* typ = header.if_contains("typ")) {
    std::string type = json::value_to<std::string>(*typ);
    std::ranges::transform(type, type.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    require(type == "jwt" || type == "application/jwt", "no other kind of token is accepted");
  }
}

double seconds_of(const json::value& value) {
  require(value.is_number(), "an accepted time is a number");
  return value.to_number<double>();
}

void check_claims(std::string_view text, const Identity& identity) {
  const Policy& policy = known_tokens().policy;
  const double now = std::chrono::duration<double>(fuzz_time().time_since_epoch()).count();
  const double skew = std::chrono::duration<double>(policy.clock_skew).count();
  const json::value parsed = json::parse(text);
  const json::object& claims = object_of(parsed);
  require(now < seconds_of(claims.at("exp")) + skew, "no expired token is accepted");
  for (const char* name : {"nbf", "iat"})
    if (const auto* time = claims.if_contains(name); time != nullptr && !time->is_null())
      require(seconds_of(*time) <= now + skew, "no token of the future is accepted");
  require(is_text(claims.at("iss"), policy.issuers.front()), "the issuer is ours");
  const json::value& aud = claims.at("aud");
  const auto is_ours = [&](const json::value& audience) {
    return is_text(audience, policy.audiences.front());
  };
  require(aud.is_array() ? std::ranges::any_of(aud.as_array(), is_ours) : is_ours(aud),
          "the audience holds ours");
  for (const char* name : {"at_hash", "nonce", "azp", "client_id", "acr", "events"})
    require(!claims.contains(name), "no other kind of token is accepted");
  require(is_text(claims.at("sub"), identity.subject()) && !identity.subject().empty(),
          "the identity is the subject's");
}

void check_signed(std::string_view input) {
  const auto segments = segments_of(input);
  if (!segments) return;
  const std::string token = signer().signed_token(*segments);
  static const Verifier verifier{known_tokens().policy};
  const auto identity = verifier.verify(token, signer().keys(), fuzz_time());
  if (!identity) return check_refusal(identity.error(), token);
  check_header(decode_base64url((*segments)[0]).value());
  check_claims(decode_base64url((*segments)[1]).value(), *identity);
}

void check_unsigned(std::string_view input) {
  const KnownTokens& known = known_tokens();
  static const Verifier verifier{known.policy};
  const auto identity = verifier.verify(input, known.keys, fuzz_time());
  if (!identity) return check_refusal(identity.error(), input);
  require(std::ranges::find(known.tokens, input) != known.tokens.end(),
          "only really signed tokens are accepted");
}

std::size_t put(std::string_view text, std::uint8_t* data, std::size_t max_size) {
  if (text.size() > max_size) return 0;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

/// Mutates the bytes behind one base64url segment: plain mutation seldom leaves canonical base64url.
std::size_t mutate_segment(std::string_view token, std::size_t which, std::uint8_t* data,
                           std::size_t max_size) {
  auto segments = segments_of(token);
  auto bytes = segments ? decode_base64url((*segments)[which]) : std::nullopt;
  if (!bytes) return 0;
  const std::size_t size = bytes->size();
  bytes->resize(size + 64);
  bytes->resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes->data()), size, bytes->size()));
  const std::string changed = encode_base64url(*bytes);
  (*segments)[which] = changed;
  return put(
      std::string{(*segments)[0]} + '.' + std::string{(*segments)[1]} + '.' + std::string{(*segments)[2]},
      data, max_size);
}

}  // namespace
}  // namespace drawbridge::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace drawbridge::fuzz;
  std::minstd_rand random{seed};
  const auto& tokens = known_tokens().tokens;
  if (random() % 16 == 0)
    if (const std::size_t known = put(tokens[random() % tokens.size()], data, max_size); known != 0)
      size = known;
  const std::string token{reinterpret_cast<const char*>(data), size};
  if (random() % 4 != 0)
    if (const std::size_t changed = mutate_segment(token, random() % 3, data, max_size); changed != 0)
      return changed;
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  drawbridge::fuzz::check_unsigned(input);
  drawbridge::fuzz::check_signed(input);
  return 0;
}
