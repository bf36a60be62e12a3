#pragma once

#include <utility>

#include "database/session.h"
#include "http/request.h"
#include "http/response.h"

namespace drawbridge::api {

/// Work on the rows of the request's sender: `work(connection, owner)` gives a Result, of which
/// `answer(result)` makes the response. The sender is the owner, and nothing else of the request can name
/// one.
template <class Work, class Answer>
http::StoreWork owned_work(http::StoreWork::Kind kind, const http::Request& request, Work work,
                           Answer answer) {
  return {.kind = kind,
          .run = [owner = *request.identity, work = std::move(work),
                  answer = std::move(answer)](database::Session& session) mutable {
            return answer(session.for_owner(owner, std::move(work)));
          }};
}

}  // namespace drawbridge::api
