#include "core/jose/unverified_token.h"

#include <algorithm>

#include "core/errors/hints.h"
#include "core/jose/base64url.h"
#include "core/jose/strict_json.h"
#include "core/text/ascii.h"

namespace drawbridge {
namespace {

using simdjson::dom::object;

constexpr std::size_t max_kid_size = 256;

std::unexpected<AuthError> malformed(std::string detail, std::string hint) {
  return std::unexpected{AuthError{ErrorCode::token_malformed, std::move(detail), std::move(hint), {}}};
}

/// RFC 7515 §4.1.9: a media type, its `application/` left out or not.
bool names_a_jwt(std::string_view typ) {
  constexpr std::string_view prefix = "application/";
  if (ascii::equal_ignoring_case(typ.substr(0, prefix.size()), prefix)) typ.remove_prefix(prefix.size());
  return ascii::equal_ignoring_case(typ, "JWT");
}

bool is_of_type(std::optional<std::string_view> typ, TokenType type) {
  if (type == TokenType::session_cache) return typ == "better-auth.session-cache+jwt";
  return typ && names_a_jwt(*typ);
}

std::unexpected<AuthError> type_not_allowed(std::string_view typ, TokenType type) {
  if (type == TokenType::jwt)
    return std::unexpected{AuthError{ErrorCode::token_type_not_allowed,
                                     "The token's \"typ\" says that it is not a JWT for an API.",
                                     token_type_hint(typ),
                                     {}}};
  return std::unexpected{AuthError{ErrorCode::token_type_not_allowed,
                                   "Its \"typ\" does not say that it caches a session.",
                                   "A token for an API belongs in the header Authorization.",
                                   {}}};
}

std::unexpected<AuthError> header_fault(std::string fault) {
  return malformed("The token's header " + std::move(fault) + ".", malformed_header_hint());
}

}  // namespace

std::expected<UnverifiedToken, AuthError> split_token(std::string_view token) {
  const auto refuse = [&](std::string detail) {
    return malformed(std::move(detail), malformed_token_hint(token));
  };
  if (std::ranges::count(token, '.') != 2)
    return refuse("The token does not have the three segments of a JWT.");
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  auto header = decode_base64url(token.substr(0, first));
  auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !payload || !signature) return refuse("A segment of the token is not canonical base64url.");
  return UnverifiedToken{token.substr(0, second), *std::move(header), *std::move(payload),
                         *std::move(signature)};
}

std::expected<TokenHeader, AuthError> read_header(std::string_view header_json, const Policy& policy,
                                                  TokenType type) {
  thread_local simdjson::dom::parser parser;
  const auto parsed = parse_strict_object(parser, header_json);
  if (!parsed) return header_fault(parsed.error());
  const object header = *parsed;

  const auto alg = string_member(header, "alg");
  if (!alg) return header_fault("has no string member \"alg\"");
  const auto kid_member = member(header, "kid");
  const auto kid = kid_member ? string_of(*kid_member) : std::string_view{};
  if (!kid) return header_fault("has a \"kid\" that is not a string");
  for (const char* name : {"crit", "b64"})
    if (member(header, name)) return header_fault("has the extension \"" + std::string{name} + '"');
  if (kid->size() > max_kid_size) return header_fault("has a \"kid\" longer than 256 bytes");
  if (kid->empty())
    return std::unexpected{AuthError{
        ErrorCode::key_id_missing, "The token's header has no \"kid\".", key_id_missing_hint(), {}}};

  const auto typ_member = member(header, "typ");
  const auto typ = typ_member ? string_of(*typ_member) : std::nullopt;
  if ((typ_member || type != TokenType::jwt) && !is_of_type(typ, type))
    return type_not_allowed(typ.value_or(""), type);

  const auto algorithm = algorithm_named(*alg);
  if (!algorithm || !accepts(policy.algorithms, *algorithm))
    return std::unexpected{AuthError{ErrorCode::algorithm_not_allowed,
                                     "The token is signed with an algorithm that is not allowed here.",
                                     algorithm_hint(*alg, policy.algorithms),
                                     {}}};
  return TokenHeader{*algorithm, std::string{*kid}};
}

}  // namespace drawbridge
