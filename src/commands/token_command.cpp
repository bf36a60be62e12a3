// drawbridge token verify|inspect

#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/input.h"
#include "commands/key_set_source.h"
#include "commands/setting_names.h"
#include "commands/settings.h"
#include "commands/terminal.h"
#include "core/errors/hints.h"
#include "core/identity/identity_json.h"
#include "core/jose/strict_json.h"
#include "core/jose/unverified_token.h"
#include "core/jose/verification.h"
#include "core/text/whole_number.h"

namespace drawbridge::app {
namespace {

namespace json = boost::json;
using std::chrono::sys_seconds;

constexpr std::int64_t latest_time = 253'402'300'799;  // 9999-12-31T23:59:59Z

// --- input -----------------------------------------------------------------------------------------

/// The token of `--token`, else that on standard input, of which no more is read than it takes to see that
/// a token is over `max_size`.
std::expected<std::string, std::string> read_token(const CLI::Option& token, std::size_t max_size) {
  const bool is_given = token.count() > 0 && token.results().front() != "-";
  if (is_given) return token.results().front();
  if (token.count() == 0 && isatty(STDIN_FILENO) == 1)
    throw SettingFault{"No token: pipe it in, printf %s \"$TOKEN\" | drawbridge token …, or give --token"};
  return read_standard_input(max_size);
}

int input_unreadable(const std::string& why) {
  complain("Standard input " + why);
  return exit_unreachable;
}

TokenTime time_of(const CLI::Option& at) {
  if (at.count() == 0)
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::string text = at.results().front();
  const auto seconds = whole_number<std::int64_t>(text, 0, latest_time);
  if (!seconds)
    throw SettingFault{fmt::format("--at is \"{}\": give UNIX seconds, a whole number from 0 to {}",
                                   display_text(text), latest_time)};
  return sys_seconds{std::chrono::seconds{*seconds}};
}

/// The object that the text is under the rules for tokens, on one line, or nothing. It stays with the one
/// parser that reads tokens: another might refuse or change a number that this one takes.
std::optional<std::string> object_text(std::string_view text) {
  simdjson::dom::parser parser;
  const auto object = parse_strict_object(parser, text);
  return object ? std::optional{simdjson::minify(*object)} : std::nullopt;
}

// --- refusals --------------------------------------------------------------------------------------

int refuse(const AuthError& error, bool as_json) {
  const std::string hint = with_setting_names(error.hint);
  if (as_json) {
    print_json(json::serialize(json::object{{"valid", false},
                                            {"code", name_of(error.code)},
                                            {"group", name_of(group_of(error.code))},
                                            {"detail", error.detail},
                                            {"hint", hint}}));
  } else {
    const Palette palette = Palette::of_standard_output();
    print(fmt::format("{}  {}\n{}\n", palette.bad(name_of(error.code)),
                      display_text(error.detail, error.detail.size()), display_text(hint, hint.size())));
  }
  return error.code == ErrorCode::keys_unavailable ? exit_unreachable : exit_not_good;
}

AuthError no_token() {
  return {ErrorCode::token_missing, "There is no token.", malformed_token_hint(""), {}};
}

// --- verdicts --------------------------------------------------------------------------------------

std::string text_of(const Identity& identity, sys_seconds now, const Palette& palette) {
  std::string text;
  const auto field = [&](const char* name, std::string_view value) {
    text += field_line(palette, name, value);
  };
  field("issuer", display_text(identity.issuer(), 128));
  field("subject", display_text(identity.subject()));
  field("uuid", identity.uuid() ? identity.uuid()->text() : "absent (the tasks API needs it)");
  if (identity.email()) {
    const auto verified = identity.email_verified();
    field("e-mail", display_text(*identity.email()) + (!verified   ? ""
                                                       : *verified ? " (verified)"
                                                                   : " (not verified)"));
  }
  if (identity.name()) field("name", display_text(*identity.name()));
  std::string roles;
  for (const std::string& role : identity.roles()) roles += (roles.empty() ? "" : ", ") + display_text(role);
  if (!roles.empty()) field("roles", roles);
  if (identity.session_id()) field("session", display_text(*identity.session_id()));
  if (identity.impersonated_by()) field("acting", "by " + display_text(*identity.impersonated_by()));
  if (identity.credential() == CredentialKind::key)
    field("made from", "an API key, not the user's own sign-in");
  for (const auto& [resource, actions] : identity.permissions())
    field("may", fmt::format("{}: {}", display_text(resource),
                             display_text(fmt::format("{}", fmt::join(actions, ", ")))));
  if (identity.organizations())
    for (const auto& [organization, in_it] : *identity.organizations())
      field("member of", fmt::format("{}: {}", display_text(organization),
                                     display_text(fmt::format("{}", fmt::join(in_it, ", ")))));
  if (identity.organizations_truncated())
    field("member of", "more organizations than the token has room for");
  if (identity.active_organization())
    field("works in",
          display_text(*identity.active_organization()) + " (chosen by the user; proves no membership)");
  if (identity.issued_at()) field("issued", moment_text(*identity.issued_at(), now));
  field("expires", moment_text(identity.expires_at(), now));
  return text;
}

struct Request {
  Policy policy;
  KeySetPlace keys;
  TokenTime now;
  bool signature_only;
  bool as_json;
};

/// One line of JSON; `header`, `claims` and `identity` are JSON themselves.
void print_valid(std::string_view header, std::string_view claims, std::string_view identity) {
  print_json(
      fmt::format(R"({{"valid":true,"header":{},"claims":{},"identity":{}}})", header, claims, identity));
}

int accept(const Verdict& verdict, const std::string& token, const Request& request) {
  const std::string header_json = split_token(token)->unverified_header;
  if (request.as_json) {
    print_valid(*object_text(header_json), *object_text(verdict.identity.claims_json()),
                identity_json(verdict.identity));
    return exit_good;
  }
  const Palette palette = Palette::of_standard_output();
  const auto header = read_header(header_json, request.policy);
  const auto now = std::chrono::floor<std::chrono::seconds>(request.now);
  print(fmt::format(
      "{}  {}\n{}", palette.good("valid"),
      palette.faint(fmt::format("{}, key {}", name_of(header->algorithm), display_text(header->kid))),
      text_of(verdict.identity, now, palette)));
  return exit_good;
}

int accept(const SignedBytes& bytes, bool as_json) {
  if (as_json) {
    print_valid(*object_text(bytes.header), object_text(bytes.payload).value_or("null"), "null");
  } else {
    const Palette palette = Palette::of_standard_output();
    print(fmt::format("{}  none of its claims was checked: neither the audience nor the expiry\n{}\n",
                      palette.good("the signature is valid"), display_text(bytes.payload, 4'096)));
  }
  return exit_good;
}

int verify(const Request& request, const CLI::Option& token_option) {
  const auto token = read_token(token_option, request.policy.max_token_size);
  if (!token) return input_unreadable(token.error());
  if (token->empty()) return refuse(no_token(), request.as_json);

  // What is wrong whatever the keys are is said without them, so that an issuer that is down hides nothing.
  const auto without_keys = verify_signature_only(*token, request.policy, KeySet{});
  if (!without_keys && without_keys.error().code != ErrorCode::key_unknown)
    return refuse(without_keys.error(), request.as_json);

  const auto keys = load_key_set(request.keys);
  if (!keys) return refuse(keys.error(), request.as_json);
  if (request.signature_only) {
    const auto bytes = verify_signature_only(*token, request.policy, *keys);
    return bytes ? accept(*bytes, request.as_json) : refuse(bytes.error(), request.as_json);
  }
  const auto verdict = verify_token(*token, request.policy, *keys, request.now);
  return verdict ? accept(*verdict, *token, request) : refuse(verdict.error().error, request.as_json);
}

// --- inspection ------------------------------------------------------------------------------------

/// A member's value on one line; times also as dates.
std::string text_of(std::string_view name, simdjson::dom::element value, sys_seconds now) {
  std::string text = display_text(simdjson::minify(value), 256);
  const bool is_time = name == "exp" || name == "iat" || name == "nbf";
  double seconds = -1;
  if (is_time && value.get(seconds) == simdjson::SUCCESS && seconds >= 0 &&
      seconds <= static_cast<double>(latest_time)) {
    const std::chrono::seconds whole{static_cast<std::int64_t>(std::floor(seconds))};
    text += "  " + moment_text(sys_seconds{whole}, now);
  }
  return text;
}

std::string text_of(std::string_view title, std::string_view json_object, sys_seconds now,
                    const Palette& palette) {
  std::string text = fmt::format("\n{}\n", palette.strong(title));
  simdjson::dom::parser parser;
  const auto members = parse_strict_object(parser, json_object);
  for (const auto member : *members)
    text += field_line(palette, display_text(member.key, 32), text_of(member.key, member.value, now), 14);
  return text;
}

int inspect(const CLI::Option& token_option, bool as_json) {
  constexpr std::size_t max_size = 1024 * 1024;
  const auto token = read_token(token_option, max_size);
  if (!token) return input_unreadable(token.error());
  if (token->empty()) return refuse(no_token(), as_json);
  if (token->size() > max_size)
    return refuse({ErrorCode::token_too_large, "The token is larger than 1 MiB.", token_too_large_hint(), {}},
                  as_json);
  const auto parts = split_token(*token);
  if (!parts) return refuse(parts.error(), as_json);
  const auto header = object_text(parts->unverified_header);
  const auto claims = object_text(parts->unverified_payload);
  if (!header || !claims)
    return refuse(
        {ErrorCode::token_malformed,
         fmt::format("The token's {} is not a JSON object with unique members.",
                     header ? "payload" : "header"),
         "A JWT holds two JSON objects: this is a different kind of token, or it was changed in transit.",
         {}},
        as_json);
  if (as_json) {
    print_json(fmt::format(R"({{"verified":false,"header":{},"claims":{}}})", *header, *claims));
    return exit_good;
  }
  const Palette palette = Palette::of_standard_output();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  print(fmt::format("{}  anyone can write such a token; `drawbridge token verify` checks it\n{}{}",
                    palette.bad("NOT VERIFIED"), text_of("header", *header, now, palette),
                    text_of("claims", *claims, now, palette)));
  return exit_good;
}

// --- the command line ------------------------------------------------------------------------------

CLI::Option* add_token_option(CLI::App& command) {
  return command.add_option("--token")->type_name("JWT")->description(
      "The token; without this, or for -, it is read from standard input, where others cannot see it");
}

void add_verify(CLI::App& token, int& status) {
  CLI::App* const command = token.add_subcommand("verify", "Check a token as the API would, or say why not");
  command->footer(
      "Examples:\n"
      "  printf %s \"$TOKEN\" | drawbridge token verify --better-auth-url http://localhost:3000\n"
      "  drawbridge token verify --token \"$TOKEN\" --jwks keys.json --issuer http://localhost:3000 \\\n"
      "      --audience http://localhost:3000 --json\n\n"
      "Exit status: 0 valid, 1 not valid, 2 wrong usage, 3 the key set is unreachable or unreadable.");
  CLI::Option* const given = add_token_option(*command);
  CLI::Option* const place =
      command->add_option("--jwks")
          ->type_name("<url|file>")
          ->description("The key set; default: BETTER_AUTH_JWKS_URL, or derived from BETTER_AUTH_URL");
  CLI::Option* const at = command->add_option("--at")->type_name("UNIX")->description(
      "Check as of this time, in UNIX seconds; default: now");
  CLI::Option* const signature_only =
      command->add_flag("--signature-only")
          ->description("Check only who signed it; the payload may be any bytes");
  CLI::Option* const as_json = command->add_flag("--json")->description("Print JSON for programs");
  const Settings settings{*command, {SettingGroup::keys, SettingGroup::policy}};
  command->callback([=, &status] {
    const bool only = signature_only->count() > 0;
    const Request request{only ? settings.signature_policy() : settings.policy(),
                          key_set_place(*place, settings), time_of(*at), only, as_json->count() > 0};
    status = verify(request, *given);
  });
}

void add_inspect(CLI::App& token, int& status) {
  CLI::App* const command =
      token.add_subcommand("inspect", "Decode a token without verifying it: its contents may be forged");
  command->footer(
      "Example:\n"
      "  printf %s \"$TOKEN\" | drawbridge token inspect\n\n"
      "Exit status: 0 decoded, 1 not a JWT, 2 wrong usage, 3 the input is unreadable.");
  CLI::Option* const given = add_token_option(*command);
  CLI::Option* const as_json = command->add_flag("--json")->description("Print JSON for programs");
  command->callback([=, &status] { status = inspect(*given, as_json->count() > 0); });
}

}  // namespace

void add_token(CLI::App& app, int& status) {
  CLI::App* const token = app.add_subcommand("token", "Verify one token, or show what is in it");
  token->require_subcommand(1);
  add_verify(*token, status);
  add_inspect(*token, status);
}

}  // namespace drawbridge::app
