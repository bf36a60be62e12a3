#pragma once

// What to do about a refusal, for the developer who reads the log or the command line. Pure text; the
// claims that are quoted are escaped and shortened, and no hint holds the token.

#include <span>
#include <string>
#include <string_view>

#include "drawbridge/algorithm.h"

#include "core/text/visible_text.h"

namespace drawbridge {

/// "2 minutes", "1 hour": the size of it, whatever its sign.
std::string duration_text(double seconds);

/// In what two addresses differ, when it is a difference that people make: "only the trailing slash
/// differs". Else empty. Of several expected ones it is the first that differs so.
std::string difference_between(std::string_view got, std::string_view expected);
std::string difference_between(std::string_view got, std::span<const std::string> expected);

/// `"a"`, or `one of "a", "b" and 3 more`: escaped and shortened.
std::string quoted_names(std::span<const std::string> names);

/// What to do where Better Auth takes issuer and audience from each request's host.
std::string several_hosts_hint();

std::string token_missing_hint();
std::string token_too_large_hint();
/// For what does not have the form of a JWT. Recognises Better Auth's session token and its cookie,
/// a `Bearer ` prefix, quotes, white space, and a JWE.
std::string malformed_token_hint(std::string_view token);
/// For a token whose header or payload is not the JSON that it must be.
std::string malformed_header_hint();
std::string key_id_missing_hint();
/// `mark` is the `typ` or the claim that marks the token as one of another kind.
std::string token_type_hint(std::string_view mark);
std::string algorithm_hint(std::string_view alg, std::span<const Algorithm> allowed);
std::string key_unknown_hint(std::string_view kid);
std::string key_unusable_hint(std::string_view kid, std::string_view reason);
std::string signature_hint();
std::string claim_missing_hint(std::string_view claim);
std::string claim_invalid_hint(std::string_view claim);
/// `claim` is `iss` or `aud`. Shows what the token has and what is expected, and says in what they differ.
std::string mismatch_hint(std::string_view claim, std::string_view got,
                          std::span<const std::string> expected);
/// Times in UNIX seconds.
std::string expired_hint(double expires, double now);
std::string not_yet_valid_hint(double starts, double now);

}  // namespace drawbridge
