#include "commands/key_set_source.h"

#include <utility>

#include <fmt/format.h>

#include "commands/input.h"
#include "core/errors/hints.h"
#include "issuer/jwks_request.h"

namespace drawbridge::app {
namespace {

constexpr std::size_t max_key_set_size = 1024 * 1024;

std::unexpected<AuthError> unavailable(std::string detail, std::string hint) {
  return std::unexpected{AuthError{ErrorCode::keys_unavailable, std::move(detail), std::move(hint), {}}};
}

std::expected<KeySet, AuthError> fetch_key_set(const KeySource& source) {
  const auto body = fetch::fetch_jwks_once(source);
  if (!body) return unavailable("The key set could not be fetched.", body.error());
  auto keys = KeySet::parse(*body);
  if (!keys)
    return unavailable("The answer is not a key set.",
                       fetch::no_key_set(source.jwks_url, *body, keys.error()));
  return *std::move(keys);
}

std::expected<KeySet, AuthError> read_key_set(const std::string& file) {
  const std::string name = display_text(file, 256);
  const std::string hint = "Give a file with Better Auth's answer to GET /api/auth/jwks, or that URL itself.";
  const auto text = read_file(file, max_key_set_size);
  if (!text) return unavailable(fmt::format("The file \"{}\" {}.", name, text.error()), hint);
  auto keys = KeySet::parse(*text);
  if (!keys)
    return unavailable(fmt::format("The file \"{}\" is not a key set: {}.", name, keys.error()), hint);
  return *std::move(keys);
}

bool is_url(std::string_view place) {
  return place.contains("://");
}

}  // namespace

KeySetPlace key_set_place(const CLI::Option& named, const Settings& settings) {
  if (named.count() == 0) {
    KeySource source = settings.key_source();
    std::string url = source.jwks_url;
    return {std::move(url), std::move(source)};
  }
  KeySetPlace place{named.results().front(), settings.key_source_rules()};
  if (place.text.empty()) throw SettingFault{named.get_name() + " is empty: give a URL or a file"};
  if (!is_url(place.text)) return place;
  place.source.jwks_url = place.text;
  const auto url = fetch::check_jwks_url(place.text, place.source.allow_http_hosts);
  if (!url) throw SettingFault{named.get_name() + " cannot be used: " + url.error()};
  return place;
}

std::expected<KeySet, AuthError> load_key_set(const KeySetPlace& place) {
  return place.source.jwks_url.empty() ? read_key_set(place.text) : fetch_key_set(place.source);
}

}  // namespace drawbridge::app
