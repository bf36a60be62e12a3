#include "http/overload_answers.h"

#include "http/problem.h"

namespace drawbridge::http {
namespace {

Response shed(Shed why, Response response) {
  response.shed = why;
  return response;
}

Response unavailable(std::string note) {
  return problem(database::StoreError{database::StoreError::Kind::unavailable, std::move(note)});
}

Response too_many_requests(std::string_view detail, std::string hint) {
  return problem(
      AuthError{ErrorCode::rate_limited, std::string{detail}, std::move(hint), std::chrono::seconds{1}});
}

}  // namespace

Response busy_database(std::optional<Response> when_full) {
  if (!when_full) when_full = unavailable("too much work is waiting for the database, or it waited too long");
  return shed(Shed::database_busy, *std::move(when_full));
}

Response too_much_of_one_user() {
  return shed(Shed::user_places, too_many_requests("You have too many pending requests. Try again shortly.",
                                                   "one user has reached the limit on queued requests"));
}

Response too_many_bytes(ByteBudget::Exceeded exceeded) {
  if (exceeded == ByteBudget::Exceeded::of_user)
    return shed(Shed::user_bytes,
                too_many_requests(
                    "You have too many large requests or unread answers in progress. Try again shortly.",
                    "one user has reached the limit on memory for bodies and unsent answers"));
  return shed(Shed::all_bytes, unavailable("bodies and unsent answers have used up their memory"));
}

Response too_many_of_one_address() {
  return shed(Shed::address_requests,
              too_many_requests("Too many requests from your address are in progress; try again.",
                                "one address has reached the limit on requests in progress"));
}

Response too_many_large_heads() {
  return shed(Shed::large_heads, problem(ErrorCode::headers_too_large,
                                         "Too many requests with large headers are in progress; try again."));
}

Response undecided_identity() {
  return shed(
      Shed::identity_not_decided,
      problem(AuthError{ErrorCode::keys_unavailable, "Your identity could not be checked in time; try again.",
                        "the authenticator did not answer in time", std::chrono::seconds{1}}));
}

Response out_of_memory() {
  return unavailable("there is no memory for the answer");
}

Response undecided_work() {
  return shed(Shed::database_slow,
              unavailable("the database did not finish the work in time; a change may still be made"));
}

Response internal_error(const std::exception& fault) {
  return problem(
      AuthError{ErrorCode::internal_error, "Something went wrong on the server.", fault.what(), {}});
}

}  // namespace drawbridge::http
