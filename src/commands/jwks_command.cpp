// drawbridge jwks [<url|file>]

#include <chrono>
#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "commands/commands.h"
#include "commands/key_set_source.h"
#include "commands/settings.h"
#include "commands/terminal.h"
#include "core/errors/hints.h"

namespace drawbridge::app {
namespace {

boost::json::value json_of(const std::optional<std::string>& text) {
  return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

boost::json::object json_of(const std::string& source, const KeySet& keys) {
  boost::json::array list;
  for (const KeyDescription& key : keys.descriptions())
    list.emplace_back(boost::json::object{
        {"kid", json_of(key.kid)},
        {"kty", json_of(key.kty)},
        {"crv", json_of(key.crv)},
        {"alg", json_of(key.alg)},
        {"use", json_of(key.use)},
        {"x", json_of(key.x)},
        {"usable", key.usable()},
        {"reason", key.usable() ? boost::json::value(nullptr) : boost::json::value(key.reason)}});
  return {{"source", source}, {"keys", std::move(list)}, {"usable", keys.usable_count()}};
}

std::string text_of(const KeyDescription& key, const Palette& palette) {
  std::string text =
      fmt::format("\n{}  {}\n", key.usable() ? palette.good("usable") : palette.bad("not usable"),
                  palette.strong(key.kid ? display_text(*key.kid) : "(no kid)"));
  const auto field = [&](const char* name, const std::optional<std::string>& value) {
    if (value) text += field_line(palette, name, display_text(*value), 4);
  };
  field("kty", key.kty);
  field("crv", key.crv);
  field("alg", key.alg);
  field("use", key.use);
  field("x", key.x);
  if (!key.usable()) text += field_line(palette, "why", display_text(key.reason, 256), 4);
  return text;
}

std::string text_of(const std::string& source, const KeySet& keys, const Palette& palette) {
  std::string text = fmt::format("{} {} at {}, {} usable\n", keys.size(), keys.size() == 1 ? "key" : "keys",
                                 display_text(source, 256), keys.usable_count());
  for (const KeyDescription& key : keys.descriptions()) text += text_of(key, palette);
  if (keys.size() == 0)
    text +=
        "Better Auth creates its first key with its first token: sign in, and get one from GET "
        "/api/auth/token.\n";
  return text;
}

int show_keys(const KeySetPlace& place, bool json) {
  const auto keys = load_key_set(place);
  if (!keys) {
    complain(keys.error().detail + ' ' + keys.error().hint);
    return exit_unreachable;
  }
  if (json)
    print_json(boost::json::serialize(json_of(place.text, *keys)));
  else
    print(text_of(place.text, *keys, Palette::of_standard_output()));
  return keys->usable_count() > 0 ? exit_good : exit_not_good;
}

}  // namespace

void add_jwks(CLI::App& app, int& status) {
  CLI::App* const command = app.add_subcommand("jwks", "Show the key set, key by key: usable, or why not");
  command->footer(
      "Examples:\n"
      "  drawbridge jwks http://localhost:3000/api/auth/jwks\n"
      "  BETTER_AUTH_URL=http://localhost:3000 drawbridge jwks --json\n\n"
      "Exit status: 0 a key is usable, 1 none is, 2 wrong usage, 3 unreachable or not a key set.");
  CLI::Option* const place =
      command->add_option("place")
          ->type_name("<url|file>")
          ->description("The key set; default: BETTER_AUTH_JWKS_URL, or derived from BETTER_AUTH_URL");
  CLI::Option* const json = command->add_flag("--json")->description("Print JSON for programs");
  const Settings settings{*command, {SettingGroup::keys}};
  command->callback([settings, place, json, &status] {
    status = show_keys(key_set_place(*place, settings), json->count() > 0);
  });
}

}  // namespace drawbridge::app
