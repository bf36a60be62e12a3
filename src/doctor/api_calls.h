#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/uuid.h"

#include "doctor/clock.h"
#include "doctor/sections.h"
#include "doctor/visit.h"

namespace drawbridge::doctor {

/// The API's path of that user: `/api/v1/USER_ID/tasks`, or what --api-path says.
std::string path_of_user(const Visit& visit, std::string_view user_id);

/// Who a token says that the user is, for the path: by `sub` where the backend goes by that, else by `uuid`.
struct Owner {
  std::string text;  ///< as it stands in a path
  bool is_uuid;
};

/// Nothing for a token that does not say it.
std::optional<Owner> owner_of(const Visit& visit, const SeenToken& token);

/// In a path (RFC 3986 §3.3).
std::string percent_encoded(std::string_view text);

/// Requests to the API that a visit looks at, which there must be one. What they were answered with is kept.
class ApiCalls {
 public:
  explicit ApiCalls(const Visit& visit) : visit_{visit} {}

  /// GET of a path below the API's address.
  TimedAnswer get(std::string_view path, std::optional<std::string_view> token = std::nullopt);

  std::string path_of(std::string_view user_id) const { return path_of_user(visit_, user_id); }
  const std::string& route() const { return visit_.api_path; }

  /// All answers so far.
  const std::vector<fetch::HttpAnswer>& answers() const { return answers_; }

 private:
  const Visit& visit_;
  std::vector<fetch::HttpAnswer> answers_;
};

/// One call; an answer of status 0 is none, its body says why.
fetch::HttpAnswer answer_to(const Visit& visit, const fetch::HttpCall& call);

/// One that nobody has.
Uuid random_uuid();

/// Better Auth's way from an API key to a token, with a key that nobody has.
fetch::HttpCall question_with_nobodys_key(const Visit& visit);

/// Member `code` of a problem document, or the text of another member that says why; empty without one.
std::string refusal_code(const fetch::HttpAnswer& answer);

/// For a summary: "401 (token_expired)", "no answer: …".
std::string answer_text(const fetch::HttpAnswer& answer);

bool is_success(int status);
bool is_no_route(int status);

/// Whether a token or a cookie may be sent there: over TLS, or to this machine. That keys may be fetched over
/// plain http from somewhere else is no leave to send these.
bool may_carry_secrets(std::string_view url);

/// For what is left because of that.
std::string over_plain_http(std::string_view what, std::string_view url);

}  // namespace drawbridge::doctor
