#pragma once

// What the issuer answers when it is asked what it has revoked.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/revocations/marks.h"

namespace drawbridge {

/// A Revocation as the issuer lists it.
struct ListedRevocation {
  RevocationDigest digest;
  std::int64_t before;             ///< Revocation::before
  std::chrono::milliseconds left;  ///< from the answer on: `until` less the answer's `now`, 0 or more
};

/// A good answer.
struct RevocationPage {
  std::string cursor;  ///< up to 512 visible ASCII characters; may be empty
  bool more = false;   ///< whether there are others, to be asked for at once
  std::vector<ListedRevocation> entries{};
  std::string etag{};
};
/// 304 to a question with an ETag.
struct RevocationsUnchanged {};
/// 404: no plugin with revocations answers there.
struct NoRevocations {
  std::string text;
};
struct FailedQuestion {
  std::string text;  ///< one line: what happened and what to do
  std::optional<std::chrono::seconds> retry_after{};
};
using RevocationAnswer = std::variant<RevocationPage, RevocationsUnchanged, NoRevocations, FailedQuestion>;

/// The body of a good answer. All of it is read strictly, but for members of other names, which later plugins
/// may add: a page that has something wrong is no page. The error is the end of a sentence that names the
/// body: "is not valid JSON".
std::expected<RevocationPage, std::string> read_revocation_page(std::string_view body);

struct SeenRevocationAnswer {
  std::string_view url;  ///< what was asked, for the log
  int status = 0;
  std::string_view body{};
  bool is_cut = false;  ///< the body was longer than is read
  std::string_view etag{};
  std::optional<std::chrono::seconds> retry_after{};
  bool asked_with_etag = false;
};

RevocationAnswer read_revocation_answer(const SeenRevocationAnswer& seen);

}  // namespace drawbridge
