#include "drawbridge/auth_error.h"

#include <array>
#include <utility>

#include "core/text/filled.h"
#include "core/text/json_writer.h"

namespace drawbridge {
namespace {

struct CodeFacts {
  ErrorCode code;
  std::string_view name;
  ErrorGroup group;
  int status;
  std::string_view title;
};

using enum ErrorCode;
using enum ErrorGroup;

// In the order of the enumeration, so that a code is its own index.
constexpr std::array facts{
    CodeFacts{token_missing, "token_missing", malformed, 401, "No credential was sent"},
    CodeFacts{token_malformed, "token_malformed", malformed, 401, "The token is not a JWT"},
    CodeFacts{token_too_large, "token_too_large", malformed, 401, "The token is too large"},
    CodeFacts{credential_malformed, "credential_malformed", malformed, 401, "The credential is malformed"},
    CodeFacts{token_type_not_allowed, "token_type_not_allowed", rejected, 401,
              "This type of token is not accepted"},
    CodeFacts{algorithm_not_allowed, "algorithm_not_allowed", rejected, 401,
              "The token's algorithm is not allowed"},
    CodeFacts{key_id_missing, "key_id_missing", rejected, 401, "The token does not name a key"},
    CodeFacts{key_unknown, "key_unknown", rejected, 401, "The issuer does not list the token's key"},
    CodeFacts{key_unusable, "key_unusable", rejected, 401, "The token's key cannot be used"},
    CodeFacts{signature_invalid, "signature_invalid", rejected, 401, "The token's signature is invalid"},
    CodeFacts{claim_missing, "claim_missing", rejected, 401, "The token lacks a required claim"},
    CodeFacts{claim_invalid, "claim_invalid", rejected, 401, "A claim in the token is invalid"},
    CodeFacts{token_expired, "token_expired", rejected, 401, "The token has expired"},
    CodeFacts{token_not_yet_valid, "token_not_yet_valid", rejected, 401, "The token is not valid yet"},
    CodeFacts{token_revoked, "token_revoked", rejected, 401, "The token was revoked"},
    CodeFacts{issuer_mismatch, "issuer_mismatch", rejected, 401, "The token is from another issuer"},
    CodeFacts{audience_mismatch, "audience_mismatch", rejected, 401, "The token is for another audience"},
    CodeFacts{session_unknown, "session_unknown", rejected, 401, "The session does not exist or has ended"},
    CodeFacts{api_key_unknown, "api_key_unknown", rejected, 401,
              "The API key is unknown, disabled or expired"},
    CodeFacts{user_mismatch, "user_mismatch", forbidden, 403, "The path belongs to another user"},
    CodeFacts{user_unknown, "user_unknown", forbidden, 403, "The user no longer exists"},
    CodeFacts{role_missing, "role_missing", forbidden, 403, "The user lacks the required role"},
    CodeFacts{permission_missing, "permission_missing", forbidden, 403,
              "The credential lacks the required permission"},
    CodeFacts{membership_missing, "membership_missing", forbidden, 403,
              "The user lacks the required membership of the organization"},
    CodeFacts{origin_not_allowed, "origin_not_allowed", forbidden, 403,
              "Requests from this origin are not allowed"},
    CodeFacts{keys_unavailable, "keys_unavailable", unavailable, 503,
              "The issuer's keys are currently unavailable"},
    CodeFacts{session_unavailable, "session_unavailable", unavailable, 503,
              "The credential cannot be checked at the moment"},
    CodeFacts{revocations_unavailable, "revocations_unavailable", unavailable, 503,
              "It is currently unknown whether the token was revoked"},
    CodeFacts{store_unavailable, "store_unavailable", unavailable, 503,
              "The database is currently unavailable"},
    CodeFacts{statement_timeout, "statement_timeout", unavailable, 503, "The database took too long"},
    CodeFacts{request_malformed, "request_malformed", request, 400, "The request is not valid HTTP"},
    CodeFacts{body_malformed, "body_malformed", request, 400, "The body is not valid JSON"},
    CodeFacts{not_found, "not_found", request, 404, "There is nothing at this path"},
    CodeFacts{method_not_allowed, "method_not_allowed", request, 405, "The method is not allowed here"},
    CodeFacts{conflict, "conflict", request, 409, "The request conflicts with existing data"},
    CodeFacts{quota_exceeded, "quota_exceeded", request, 409, "The user has reached the limit"},
    CodeFacts{body_too_large, "body_too_large", request, 413, "The body is too large"},
    CodeFacts{media_type_unsupported, "media_type_unsupported", request, 415, "The body is not JSON"},
    CodeFacts{validation_failed, "validation_failed", request, 422, "The request has invalid values"},
    CodeFacts{rate_limited, "rate_limited", request, 429, "Too many requests"},
    CodeFacts{headers_too_large, "headers_too_large", request, 431, "The headers are too large"},
    CodeFacts{internal_error, "internal_error", internal, 500, "Something went wrong on the server"},
};

constexpr auto codes = [] {
  std::array<ErrorCode, facts.size()> list{};
  for (std::size_t i = 0; i < facts.size(); ++i) {
    list[i] = facts[i].code;
    if (std::to_underlying(facts[i].code) != static_cast<int>(i)) throw "a code is out of order";
  }
  return list;
}();
static_assert(facts.back().code == internal_error, "every code has its facts");

constexpr const CodeFacts& facts_of(ErrorCode code) {
  return facts[static_cast<std::size_t>(std::to_underlying(code))];
}

}  // namespace

std::span<const ErrorCode> all_error_codes() {
  return codes;
}
std::string_view name_of(ErrorCode code) {
  return facts_of(code).name;
}
ErrorGroup group_of(ErrorCode code) {
  return facts_of(code).group;
}
int http_status(ErrorCode code) {
  return facts_of(code).status;
}
std::string_view title_of(ErrorCode code) {
  return facts_of(code).title;
}

std::string_view name_of(ErrorGroup group) {
  switch (group) {
    case malformed:
      return "malformed";
    case rejected:
      return "rejected";
    case forbidden:
      return "forbidden";
    case unavailable:
      return "unavailable";
    case request:
      return "request";
    case internal:
      return "internal";
  }
  std::unreachable();
}

std::string www_authenticate(ErrorCode code) {
  constexpr std::string_view challenge = "Bearer realm=\"drawbridge\"";
  if (code == role_missing) return std::string{challenge} + ", error=\"insufficient_scope\"";
  if (http_status(code) != 401) return {};
  const bool is_of_a_token = code != token_missing && code != credential_malformed &&
                             code != session_unknown && code != api_key_unknown;
  if (!is_of_a_token) return std::string{challenge};
  return std::string{challenge} + ", error=\"invalid_token\", error_description=\"" +
         std::string{name_of(code)} + '"';
}

std::string problem_json(const AuthError& error) {
  const std::string_view name = name_of(error.code);
  std::string json = filled(R"({"type":"urn:drawbridge:error:{}","title":"{}","status":{},"detail":)", name,
                            title_of(error.code), http_status(error.code));
  append_json(json, error.detail);
  return json += filled(R"(,"code":"{}"})", name);
}

}  // namespace drawbridge
