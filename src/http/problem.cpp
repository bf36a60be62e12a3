#include "http/problem.h"

#include <boost/json.hpp>

namespace drawbridge::http {
namespace {

constexpr std::chrono::seconds busy_database_retry{1};

Response problem_of(const AuthError& error, std::string body) {
  Response response{.status = http_status(error.code),
                    .content_type = problem_type,
                    .body = std::move(body),
                    .code = error.code,
                    .note = error.hint};
  if (auto challenge = www_authenticate(error.code); !challenge.empty())
    response.headers.push_back({"WWW-Authenticate", std::move(challenge)});
  if (group_of(error.code) == ErrorGroup::unavailable || error.retry_after) {
    const auto wait = error.retry_after.value_or(busy_database_retry);
    response.headers.push_back({"Retry-After", std::to_string(wait.count())});
  }
  return response;
}

}  // namespace

Response problem(const AuthError& error) {
  return problem_of(error, problem_json(error));
}

Response problem(ErrorCode code, std::string_view detail) {
  return problem(AuthError{code, std::string{detail}, {}, {}});
}

Response problem(const std::vector<FieldError>& errors) {
  boost::json::array list;
  for (const auto& [pointer, message] : errors)
    list.push_back(boost::json::object{{"pointer", pointer}, {"message", message}});
  const std::string detail = errors.front().pointer.empty()
                                 ? "The body " + errors.front().message + '.'
                                 : errors.front().pointer + ' ' + errors.front().message + '.';
  const AuthError error{ErrorCode::validation_failed, detail, {}, {}};
  auto document = boost::json::parse(problem_json(error)).as_object();
  document["errors"] = std::move(list);
  return problem_of(error, boost::json::serialize(document));
}

Response problem(const database::StoreError& error) {
  using enum database::StoreError::Kind;
  switch (error.kind) {
    case not_found:
      return problem(ErrorCode::not_found, "You have no such object.");
    case user_unknown:
      return problem(AuthError{ErrorCode::user_unknown, "The user no longer exists.", error.text, {}});
    case value_refused:
      return problem({FieldError{error.pointer, error.text}});
    case conflict:
      return problem(ErrorCode::conflict, error.text);
    case quota_exceeded:
      return problem(ErrorCode::quota_exceeded, error.text);
    case timed_out:
      return problem(AuthError{ErrorCode::statement_timeout,
                               "The database took too long for this request; ask for less, or try again.",
                               error.text, busy_database_retry});
    case unavailable:
      return problem(AuthError{ErrorCode::store_unavailable,
                               "The database is currently unavailable; try again.", error.text,
                               busy_database_retry});
    case internal:
      return problem(
          AuthError{ErrorCode::internal_error, "Something went wrong on the server.", error.text, {}});
  }
  std::unreachable();
}

}  // namespace drawbridge::http
