// Properties of Better Auth's session cache as a request carries it, for any lines in place of its Cookie
// headers:
//  1. A value is the whole cookie's, or that of chunks 0, 1, … each of which is there once; in any order.
//  2. Nobody's text is a session without a signature. Where an attacker could have any payload signed, the
//     Identity is of the session and user that the payload names, as another JSON library reads it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <ranges>

#include <boost/json.hpp>
#include <sodium.h>

#include "core/credentials/cache_cookie.h"
#include "core/credentials/cached_session.h"
#include "core/credentials/cookie_header.h"
#include "core/jose/base64url.h"
#include "tests/fuzz/known_tokens.h"

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

constexpr std::string_view name = "sd";
constexpr std::string_view origin = "https://app.example.com";

using Headers = std::vector<std::string_view>;
using Value = std::expected<std::string, CookieFault>;

/// What the values of each name are, of those that may be the cache's or a chunk's.
std::map<std::string, std::vector<std::string>, std::less<>> parts_of(const Headers& headers) {
  std::map<std::string, std::vector<std::string>, std::less<>> parts;
  each_cookie(headers, [&](std::string_view of, std::string_view value) {
    if (of == name) parts["whole"].emplace_back(value);
    if (!of.starts_with("sd.")) return;
    const std::string_view number = of.substr(3);
    const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
    if (is_number && (number == "0" || number.front() != '0')) parts[std::string{number}].emplace_back(value);
  });
  return parts;
}

/// By the parts' names alone, without a look at how they come.
std::optional<std::string> expected_of(const Headers& headers) {
  const auto parts = parts_of(headers);
  if (std::ranges::any_of(parts, [](const auto& part) { return part.second.size() > 1; }))
    return std::nullopt;
  if (parts.contains("whole")) {
    if (parts.size() > 1 || parts.at("whole").front().empty()) return std::nullopt;
    return parts.at("whole").front();
  }
  if (parts.size() < 2 || parts.size() > max_cache_chunks) return std::nullopt;
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto chunk = parts.find(std::to_string(i));
    if (chunk == parts.end()) return std::nullopt;
    joined += chunk->second.front();
  }
  return joined;
}

void check_cut(const std::string& value) {
  if (value.size() < 2 || value.find_first_of(" \t") != std::string::npos) return;
  const std::size_t count = std::min<std::size_t>(value.size(), 2 + value.size() % (max_cache_chunks - 1));
  const std::size_t size = value.size() / count;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i)
    lines.push_back("sd." + std::to_string(i) + "=" +
                    value.substr(i * size, i + 1 == count ? std::string::npos : size));
  std::ranges::reverse(lines);
  require(cache_cookie_value(Headers{lines.begin(), lines.end()}, name) == value,
          "a value that was cut is put together again");
}

/// An issuer whose key signs whatever payload it is given.
class Issuer {
 public:
  Issuer() {
    require(sodium_init() >= 0, "libsodium starts");
    constexpr std::array<unsigned char, crypto_sign_SEEDBYTES> seed{7};
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> x{};
    crypto_sign_seed_keypair(x.data(), secret_.data(), seed.data());
    const json::object jwk{{"kty", "OKP"},
                           {"crv", "Ed25519"},
                           {"kid", "k1"},
                           {"x", encode_base64url({reinterpret_cast<const char*>(x.data()), x.size()})}};
    keys_ = KeySet::parse(json::serialize(json::object{{"keys", json::array{jwk}}})).value();
  }

  std::string sign(std::string_view payload_segment) const {
    static const std::string header =
        encode_base64url(R"({"alg":"EdDSA","kid":"k1","typ":"better-auth.session-cache+jwt"})");
    const std::string text = header + "." + std::string{payload_segment};
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(), secret_.data());
    return text + "." + encode_base64url(signature);
  }
  const KeySet& keys() const { return keys_; }

 private:
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_{};
  KeySet keys_;
};

const Issuer& issuer() {
  static const Issuer instance;
  return instance;
}

std::expected<Verdict, Refusal> judged(std::string_view jwt) {
  static const Policy policy{std::string{origin}, std::string{origin}};
  const auto verdict = verify_cached_session(jwt, std::nullopt, policy, issuer().keys(), fuzz_time());
  if (!verdict) require(is_one_line(verdict.error().error.detail), "a refusal can be shown");
  return verdict;
}

void check_identity(const Identity& who, std::string_view payload) {
  json::parse_options options;
  options.max_depth = 2'000;
  boost::system::error_code fault;
  const json::value parsed = json::parse(payload, fault, {}, options);
  require(!fault && parsed.is_object(), "a good payload is a JSON object");
  const json::object& claims = parsed.as_object();
  require(is_text(claims.at("iss"), origin), "a cache is of the policy's issuer");
  require(is_text(claims.at("sub"), who.subject()), "an identity is of the payload's user");
  require(claims.at("sid") == claims.at("session").at("token"), "a cache is of one session");
  require(who.credential() == CredentialKind::session && who.permissions().empty(), "a session is no key");
  require(who.expires_at() > std::chrono::floor<std::chrono::seconds>(fuzz_time()) - std::chrono::minutes{1},
          "nothing holds that is over");
}

}  // namespace
}  // namespace drawbridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drawbridge;
  using namespace drawbridge::fuzz;
  Headers headers;
  for (const auto line : std::views::split(std::string_view{reinterpret_cast<const char*>(data), size}, '\n'))
    headers.emplace_back(line);
  const Value value = cache_cookie_value(headers, name);
  const auto expected = expected_of(headers);
  require(value.has_value() == expected.has_value() && (!value || *value == *expected),
          "a value is that of all its parts");
  std::ranges::reverse(headers);
  require(cache_cookie_value(headers, name) == value, "the order of headers changes nothing");
  if (!value) return 0;
  check_cut(*value);
  const std::size_t first = value->find('.');
  const std::size_t last = value->rfind('.');
  const std::string_view payload =
      first == last ? "" : std::string_view{*value}.substr(first + 1, last - first - 1);
  const std::string jwt = issuer().sign(payload);
  require(*value == jwt || !judged(*value), "what nobody signed is no session");
  if (const auto verdict = judged(jwt)) check_identity(verdict->identity, decode_base64url(payload).value());
  return 0;
}
