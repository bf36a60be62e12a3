#pragma once

// What a setting's text means. Each function throws SettingFault for a value that cannot work.

#include <array>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drawbridge/algorithm.h"
#include "drawbridge/credentials.h"

namespace drawbridge::app {

/// A setting that is missing or cannot work. `what()` is one line that names the setting, says what is
/// wrong with it and what to do; run_program() prints it and ends with exit_usage.
class SettingFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value as somebody wrote it.
struct GivenSetting {
  std::string value;  ///< not empty
  std::string name;   ///< how a message names the setting: the flag or the variable that it was given by
};

/// Throws SettingFault: "NAME what".
[[noreturn]] void fault(std::string_view name, std::string_view what);

/// For messages: escaped and shortened.
std::string in_quotes(std::string_view value);

/// A whole decimal number within the bounds, and nothing else.
std::uint64_t number_of(const GivenSetting& given, std::uint64_t least, std::uint64_t most,
                        std::string_view unit);

/// The items between the commas, blanks around them dropped.
std::vector<std::string> list_of(const GivenSetting& given);

std::vector<Algorithm> algorithms_of(const GivenSetting& given);

/// Some of token, session and key, each once.
CredentialKinds credential_kinds_of(const GivenSetting& given);

/// Values of a claim, each once. They are compared byte by byte, so that what surrounds them by mistake would
/// refuse every token, and a `*` stands for nothing.
std::vector<std::string> claims_of(const GivenSetting& given);

/// Names of hosts alone.
std::vector<std::string> hosts_of(const GivenSetting& given);

/// A page's origin as a browser sends it (RFC 6454 §6.2), since it is compared byte by byte.
std::string origin_of(const GivenSetting& given);
std::vector<std::string> origins_of(const GivenSetting& given);

std::filesystem::path readable_file(const GivenSetting& given);
std::filesystem::path file_to_write(const GivenSetting& given);

/// The value of the name that was given.
template <typename Value, std::size_t size>
Value one_of(const GivenSetting& given, const std::array<std::pair<std::string_view, Value>, size>& values) {
  std::string names;
  for (const auto& [name, value] : values) {
    if (name == given.value) return value;
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  fault(given.name, "is " + in_quotes(given.value) + ": give one of " + names);
}

}  // namespace drawbridge::app
