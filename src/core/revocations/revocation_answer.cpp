#include "core/revocations/revocation_answer.h"

#include <algorithm>

#include "core/jose/base64url.h"
#include "core/jose/strict_json.h"
#include "core/revocations/revocation_set.h"
#include "core/text/filled.h"
#include "core/text/visible_text.h"

namespace drawbridge {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t latest_time = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
constexpr std::size_t longest_cursor = 512;
constexpr std::size_t longest_etag = 256;

std::unexpected<std::string> fault(std::string_view text) {
  return std::unexpected{std::string{text}};
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

/// Milliseconds since 1970, written as a whole number.
std::optional<std::int64_t> time_member(object from, std::string_view name) {
  const auto value = member(from, name);
  std::int64_t number = 0;
  if (!value || !value->is_int64() || value->get(number) != simdjson::SUCCESS) return std::nullopt;
  return number >= 0 && number <= latest_time ? std::optional{number} : std::nullopt;
}

std::optional<RevocationDigest> digest_member(object from, std::string_view name) {
  const auto text = string_member(from, name);
  const auto bytes = text ? decode_base64url(*text) : std::nullopt;
  RevocationDigest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

std::expected<ListedRevocation, std::string> read_entry(element item, std::int64_t now) {
  object entry;
  if (item.get(entry) != simdjson::SUCCESS) return fault("has an entry that is not an object");
  const bool is_session = member(entry, "s").has_value();
  if (is_session == member(entry, "u").has_value())
    return fault("has an entry with both \"s\" and \"u\", or neither");
  const auto digest = digest_member(entry, is_session ? "s" : "u");
  if (!digest) return fault("has an entry whose digest is not 16 bytes in base64url");
  const auto until = time_member(entry, "until");
  if (!until) return fault("has an entry whose \"until\" is not a time in milliseconds");
  if (is_session && member(entry, "before")) return fault("has an entry with \"s\" and \"before\"");
  const auto before = is_session ? Revocation::whole : time_member(entry, "before");
  if (!before) return fault("has an entry whose \"before\" is not a time in milliseconds");
  return ListedRevocation{*digest, *before,
                          std::chrono::milliseconds{std::max<std::int64_t>(*until - now, 0)}};
}

std::string asked(const SeenRevocationAnswer& seen) {
  return display_text(seen.url, 128);
}

FailedQuestion not_a_page(const SeenRevocationAnswer& seen, std::string_view why) {
  const std::size_t first = seen.body.find_first_not_of(" \t\r\n");
  const bool is_html = first != std::string_view::npos && seen.body[first] == '<';
  return {is_html ? filled("{} answered with a web page. Is the URL of Better Auth right?", asked(seen))
                  : filled("{} answered with something other than revocations: it {}.", asked(seen), why)};
}

FailedQuestion status_failure(const SeenRevocationAnswer& seen) {
  const auto says = [&](std::string_view what) {
    return FailedQuestion{filled("{} answered {}{}", asked(seen), seen.status, what), seen.retry_after};
  };
  if (seen.status == 401 || seen.status == 403)
    return says(
        ": the secret is missing or is not the plugin's. Set RevocationSource::secret to the plugin's "
        "secret.");
  if (seen.status >= 300 && seen.status < 400)
    return says(", a redirect, which is not followed. Set the URL that it leads to.");
  if (seen.status == 429)
    return says(": Better Auth limits how often it may be asked. Exempt this address in its rateLimit.");
  return says(" where revocations were expected. Look at Better Auth's log.");
}

}  // namespace

std::expected<RevocationPage, std::string> read_revocation_page(std::string_view body) {
  simdjson::dom::parser parser;
  const auto parsed = parse_strict_object(parser, body);
  if (!parsed) return std::unexpected{parsed.error()};
  RevocationPage page;
  const auto cursor = string_member(*parsed, "cursor");
  if (!cursor || cursor->size() > longest_cursor || !is_visible_ascii(*cursor))
    return fault("has no \"cursor\" of up to 512 visible ASCII characters");
  page.cursor = *cursor;
  const auto now = time_member(*parsed, "now");
  if (!now) return fault("has no \"now\", a time in milliseconds");
  const auto more = member(*parsed, "more");
  if (!more || more->get(page.more) != simdjson::SUCCESS) return fault("has no \"more\", true or false");
  const auto entries = member(*parsed, "entries");
  simdjson::dom::array list;
  if (!entries || entries->get(list) != simdjson::SUCCESS) return fault("has no array \"entries\"");
  for (const element item : list) {
    const auto entry = read_entry(item, *now);
    if (!entry) return std::unexpected{entry.error()};
    page.entries.push_back(*entry);
  }
  return page;
}

RevocationAnswer read_revocation_answer(const SeenRevocationAnswer& seen) {
  if (seen.status == 304 && seen.asked_with_etag) return RevocationsUnchanged{};
  if (seen.status == 404)
    return NoRevocations{
        filled("{} answered 404: the plugin @drawbridge/better-auth serves this address only with "
               "revocations: true.",
               asked(seen))};
  if (seen.status != 200) return status_failure(seen);
  if (seen.is_cut) return not_a_page(seen, "is larger than 2 MiB");
  auto page = read_revocation_page(seen.body);
  if (!page) return not_a_page(seen, page.error());
  if (seen.etag.size() <= longest_etag && is_visible_ascii(seen.etag)) page->etag = seen.etag;
  return *std::move(page);
}

}  // namespace drawbridge
