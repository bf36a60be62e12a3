#pragma once

// The program's settings: each an environment variable with a flag of its own, `--env-file` behind both.

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "drawbridge/authenticator.h"
#include "drawbridge/policy.h"
#include "drawbridge/remote_verifier.h"
#include "drawbridge/user_access.h"

#include "commands/env_file.h"
#include "commands/setting_values.h"

namespace drawbridge::app {

/// What a command needs to know. A command has the flags of its groups only, and a variable of another group
/// cannot stop it.
enum class SettingGroup {
  keys,         ///< where the key set is and how it may be fetched
  outage,       ///< how long and where keys outlive an issuer that is down, and what it has revoked
  policy,       ///< what tokens are accepted
  user,         ///< which claim identifies the user
  database,     ///< which database
  names,        ///< where in it Better Auth's tables are
  server,       ///< where the API listens and for whom
  log,          ///< what is logged, and how
  sign_in,      ///< as whom doctor looks: secrets
  credentials,  ///< what is taken beside tokens, and what judges it
};

/// Where a session is looked for that a request's cookie names.
enum class SessionPlace {
  issuer,    ///< Better Auth is asked
  database,  ///< its tables, in the database of the API
  redis,     ///< its secondary storage
  cookie,    ///< the cookie in which Better Auth caches it; Better Auth is asked where that is none
};

/// The settings of one command, read when they are asked for: a flag wins over the environment, that over the
/// file of `--env-file`, that over a default that the program gave the flag. Each reading function throws
/// SettingFault for the first value that cannot work, an empty one among them. Not for several threads; lives
/// at most as long as the CLI::App.
///
///     auto* command = app.add_subcommand("serve", "…");
///     Settings settings{*command, {SettingGroup::keys, SettingGroup::policy}};
///     command->callback([settings, &status] { status = serve(settings.policy(), settings.key_source()); });
class Settings {
 public:
  /// The value of an environment variable, or nothing when there is none of that name.
  using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

  /// Adds the groups' flags and `--env-file` to the command.
  Settings(CLI::App& command, std::initializer_list<SettingGroup> groups,
           Environment environment = process_environment);

  /// Every variable that some command reads.
  static std::vector<std::string> variables();

  /// The names that the file of `--env-file` sets.
  std::vector<std::string> names_in_file() const;

  static std::optional<std::string> process_environment(const std::string& variable);

  /// Groups `keys` and, where the command has it, `outage`. `jwks_url` is BETTER_AUTH_JWKS_URL or what
  /// BETTER_AUTH_URL says; `on_event` is left empty.
  KeySource key_source() const;
  /// The same for a key set that the command line names: `jwks_url` is empty, neither variable is read.
  KeySource key_source_rules() const;

  /// Group `policy`. Issuer and audience are BETTER_AUTH_ISSUER and BETTER_AUTH_AUDIENCE, or the origin of
  /// BETTER_AUTH_URL. No claim is required beyond those that every token must have.
  Policy policy() const;
  /// The same without issuer and audience, for verify_signature_only(): no Verifier takes it.
  Policy signature_policy() const;

  /// Group `credentials`: the kinds that are taken; without the setting tokens alone.
  CredentialKinds credential_kinds() const;

  /// Group `credentials`: `issuer` where no sessions are taken.
  SessionPlace session_place() const;

  /// Group `credentials`, and for sessions and keys the groups that policy(), key_source() and
  /// allowed_origins() read: a fault where BETTER_AUTH_URL is missing. Where tokens alone are taken nothing
  /// else is read, so that no secret comes into the process's settings. `on_failure` and
  /// `session_store` are left empty.
  CredentialSource credential_source() const;

  /// DRAWBRIDGE_ALLOWED_ORIGINS, or the origin of BETTER_AUTH_URL where it is not set; none without that.
  std::vector<std::string> allowed_origins() const;

  /// Group `user`: the claim that identifies a user.
  UserClaim user_claim() const;

  /// What BETTER_AUTH_URL says; a fault where it is not set.
  BetterAuth required_better_auth() const;

  /// What a variable says, whatever the command makes of it: its flag, the environment, or the file; nothing
  /// where it is not set.
  std::optional<std::string> value_of(std::string_view variable) const;

 protected:
  std::optional<GivenSetting> find(std::string_view variable) const;
  std::optional<BetterAuth> better_auth() const;

 private:
  std::optional<std::string> session_cookie_name_given() const;
  std::vector<std::string> secrets() const;
  std::string base_url_to_ask() const;
  RevocationSource revocations(std::string_view jwks_url) const;
  GivenSetting jwks_url() const;  ///< its name is that of the setting it comes from
  void read_env_file() const;

  std::map<std::string, CLI::Option*, std::less<>> flags_;  ///< by variable
  CLI::Option* env_file_ = nullptr;
  Environment environment_;
  mutable std::optional<EnvFile> file_;  ///< read once, on first need
};

}  // namespace drawbridge::app
