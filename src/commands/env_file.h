#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace drawbridge::app {

/// Variables by name.
using EnvFile = std::map<std::string, std::string, std::less<>>;

/// Reads the text of a `.env` file: lines `NAME=value`, `export ` before it or not, the value bare or in
/// single or double quotes, and `#` comments. What tools read differently is refused, so that nobody gets
/// another value than the one meant: expansions and escapes outside single quotes, a bare value with spaces,
/// a value over several lines, a name set twice. The error is the end of a sentence that names the file,
/// "line 3: …", and holds nothing of a value, which may be a secret.
std::expected<EnvFile, std::string> parse_env_file(std::string_view text);

}  // namespace drawbridge::app
