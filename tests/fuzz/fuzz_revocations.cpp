// Properties of reading what an issuer has revoked, for any bytes in place of its answer: a page holds what
// another JSON library reads in it, and everything else has a reason of one line, the same each time.

#include <cstdint>

#include <boost/json.hpp>

#include "core/jose/base64url.h"
#include "core/revocations/revocation_answer.h"
#include "core/revocations/revocation_set.h"
#include "tests/fuzz/known_tokens.h"

namespace drawbridge::fuzz {
namespace {

namespace json = boost::json;

constexpr BootTime now{std::chrono::hours{1}};

void check_entry(const ListedRevocation& entry, const json::object& written, std::int64_t answered) {
  const bool is_session = written.contains("s");
  require(is_session != written.contains("u"), "an entry is of a session or of a user");
  const std::string_view digest{reinterpret_cast<const char*>(entry.digest.data()), entry.digest.size()};
  require(written.at(is_session ? "s" : "u").as_string() == encode_base64url(digest),
          "an entry has its digest");
  const std::int64_t until = written.at("until").as_int64();
  require(entry.left.count() == std::max<std::int64_t>(until - answered, 0), "an entry has its time");
  require(entry.before == (is_session ? Revocation::whole : written.at("before").as_int64()),
          "an entry is of the tokens that it names");
}

void check_page(const RevocationPage& page, std::string_view text) {
  json::parse_options options;
  options.max_depth = 2'000;
  boost::system::error_code fault;
  const json::value parsed = json::parse(text, fault, {}, options);
  require(!fault && parsed.is_object(), "a page is a JSON object");
  const json::object& written = parsed.as_object();
  require(page.cursor == written.at("cursor").as_string(), "a page has its cursor");
  require(page.more == written.at("more").as_bool(), "a page says whether there is more");
  const json::array& entries = written.at("entries").as_array();
  require(entries.size() == page.entries.size(), "no entry is left out");
  const std::int64_t answered = written.at("now").as_int64();
  require(answered >= 0, "time is after 1970");
  for (std::size_t i = 0; i < entries.size(); ++i)
    check_entry(page.entries[i], entries[i].as_object(), answered);
  RevocationSet set;
  std::vector<Revocation> all;
  for (const ListedRevocation& one : page.entries) all.push_back({one.digest, one.before, now + one.left});
  require(set.add(all, now), "they fit");
  for (const Revocation& one : all) {
    const auto until = set.revoked_until({.session = one.digest, .user = {}});
    require(until && *until >= one.until, "each is found");
  }
}

}  // namespace
}  // namespace drawbridge::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drawbridge;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto page = read_revocation_page(text);
  const auto again = read_revocation_page(text);
  fuzz::require(page.has_value() == again.has_value(), "a page is read the same each time");
  if (page) {
    fuzz::check_page(*page, text);
  } else {
    fuzz::require(fuzz::is_one_line(page.error()) && page.error() == again.error(),
                  "a failure has one reason");
  }
  const auto answer = read_revocation_answer({.url = text, .status = 200, .body = text, .etag = text});
  fuzz::require(std::holds_alternative<RevocationPage>(answer) == page.has_value(), "an answer is its page");
  if (const auto* failed = std::get_if<FailedQuestion>(&answer))
    fuzz::require(fuzz::is_one_line(failed->text), "a failure has one line");
  return 0;
}
