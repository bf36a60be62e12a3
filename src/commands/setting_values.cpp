#include "commands/setting_values.h"

#include <algorithm>
#include <system_error>

#include <boost/url/authority_view.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "drawbridge/policy.h"
#include "drawbridge/remote_verifier.h"

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge::app {

void fault(std::string_view name, std::string_view what) {
  throw SettingFault{fmt::format("{} {}", name, what)};
}

std::string in_quotes(std::string_view value) {
  return '"' + display_text(value) + '"';
}

std::uint64_t number_of(const GivenSetting& given, std::uint64_t least, std::uint64_t most,
                        std::string_view unit) {
  const auto number = whole_number(given.value, least, most);
  if (!number)
    fault(given.name, fmt::format("is {}: give a whole number of {} from {} to {}", in_quotes(given.value),
                                  unit, least, most));
  return *number;
}

std::vector<std::string> list_of(const GivenSetting& given) {
  std::vector<std::string> items;
  for (const std::string_view item : ascii::split_at_commas(given.value)) {
    if (item.empty())
      fault(given.name,
            fmt::format("is {}: an item is empty, before or after a comma", in_quotes(given.value)));
    items.emplace_back(item);
  }
  return items;
}

std::vector<Algorithm> algorithms_of(const GivenSetting& given) {
  std::vector<Algorithm> algorithms;
  for (const std::string& name : list_of(given)) {
    const auto algorithm = algorithm_named(name);
    if (!algorithm)
      fault(given.name, fmt::format("names {}, which Drawbridge does not verify: give one or more of EdDSA, "
                                    "Ed25519, ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512",
                                    in_quotes(name)));
    if (std::ranges::find(algorithms, *algorithm) == algorithms.end()) algorithms.push_back(*algorithm);
  }
  return algorithms;
}

CredentialKinds credential_kinds_of(const GivenSetting& given) {
  CredentialKinds kinds{.token = false};
  const std::pair<std::string_view, bool CredentialKinds::*> names[] = {
      {"token", &CredentialKinds::token},
      {"session", &CredentialKinds::session},
      {"key", &CredentialKinds::key}};
  for (const std::string& item : list_of(given)) {
    const auto* const named =
        std::ranges::find(names, item, &std::pair<std::string_view, bool CredentialKinds::*>::first);
    if (named == std::end(names))
      fault(given.name, fmt::format("names {}: give one or more of token, session, key, separated by commas",
                                    in_quotes(item)));
    if (std::exchange(kinds.*named->second, true))
      fault(given.name, fmt::format("names {} twice: give each once", in_quotes(item)));
  }
  return kinds;
}

std::vector<std::string> claims_of(const GivenSetting& given) {
  const auto foreign = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (foreign(given.value.front()) || foreign(given.value.back()))
    fault(given.name, fmt::format("is {}: remove the white space around it", in_quotes(given.value)));
  std::vector<std::string> values;
  for (std::string& value : list_of(given)) {
    if (value.contains('*'))
      fault(given.name,
            fmt::format("names {}: it is compared literally, so list each one; or have Better Auth use one "
                        "value on every host, drawbridge({{ jwt: {{ issuer, audience }} }})",
                        in_quotes(value)));
    if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
  }
  if (values.size() > Policy::max_names)
    fault(given.name, fmt::format("names {}, but at most {} are allowed: have Better Auth use one value on "
                                  "every host, drawbridge({{ jwt: {{ issuer, audience }} }})",
                                  values.size(), Policy::max_names));
  return values;
}

std::vector<std::string> hosts_of(const GivenSetting& given) {
  std::vector<std::string> hosts = list_of(given);
  for (const std::string& host : hosts) {
    const auto authority = boost::urls::parse_authority(host);
    if (!authority || authority->has_userinfo() || authority->has_port() || host.contains('*'))
      fault(given.name,
            fmt::format("names {}: give only host names, without http://, port or *", in_quotes(host)));
  }
  return hosts;
}

std::string origin_of(const GivenSetting& given) {
  const std::string& origin = given.value;
  if (origin.contains('*') || origin == "null")
    fault(given.name, fmt::format("names {}, which would let any page in: list each origin, for example "
                                  "https://app.example.com",
                                  in_quotes(origin)));
  const auto address = BetterAuth::at(origin);
  if (!address)
    fault(given.name,
          fmt::format("names {}, which is not an origin: give for example https://app.example.com",
                      in_quotes(origin)));
  if (address->issuer != origin)
    fault(given.name, fmt::format("names {}, but a browser sends the origin {}: write that",
                                  in_quotes(origin), in_quotes(address->issuer)));
  return origin;
}

std::vector<std::string> origins_of(const GivenSetting& given) {
  std::vector<std::string> origins = list_of(given);
  for (const std::string& origin : origins) origin_of({.value = origin, .name = given.name});
  return origins;
}

std::filesystem::path readable_file(const GivenSetting& given) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(given.value, error) || access(given.value.c_str(), R_OK) != 0)
    fault(given.name,
          fmt::format("is {}: there is no such file, or it cannot be read", in_quotes(given.value)));
  return given.value;
}

std::filesystem::path file_to_write(const GivenSetting& given) {
  const std::filesystem::path file{given.value};
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    fault(given.name, fmt::format("is {}: that is a directory; name a file in it", in_quotes(given.value)));
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), error))
    fault(given.name, fmt::format("is {}: its directory does not exist", in_quotes(given.value)));
  return file;
}

}  // namespace drawbridge::app
