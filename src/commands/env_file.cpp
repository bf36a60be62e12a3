#include "commands/env_file.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/text/ascii.h"

namespace drawbridge::app {
namespace {

using Fault = std::unexpected<std::string>;

constexpr std::string_view blanks = " \t";

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text;
}

bool is_empty_or_comment(std::string_view text) {
  const std::string_view rest = without_leading_blanks(text);
  return rest.empty() || rest.front() == '#';
}

bool is_name(std::string_view text) {
  return !text.empty() && !ascii::is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return ascii::is_alphanumeric(c) || c == '_'; });
}

std::expected<std::string, std::string> quoted_value(std::string_view text) {
  const char quote = text.front();
  const std::size_t end = text.find(quote, 1);
  if (end == std::string_view::npos) return Fault{"the quote is not closed on the same line"};
  const std::string_view after = text.substr(end + 1);
  const bool comment_follows = !after.empty() && blanks.contains(after.front()) && is_empty_or_comment(after);
  if (!after.empty() && !comment_follows) return Fault{"something follows the closing quote"};
  const std::string_view value = text.substr(1, end - 1);
  if (quote == '"' && value.find_first_of("\\$`") != std::string_view::npos)
    return Fault{"\\, $ and ` mean different things to different tools: use single quotes"};
  return std::string{value};
}

std::expected<std::string, std::string> bare_value(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(blanks), text.size());
  if (!is_empty_or_comment(text.substr(end))) return Fault{"a value with spaces must be in quotes"};
  const std::string_view value = text.substr(0, end);
  if (value.find_first_of("\\$`'\"#") != std::string_view::npos)
    return Fault{"a value with \\, $, `, # or a quote must be in single quotes"};
  return std::string{value};
}

std::expected<std::pair<std::string, std::string>, std::string> parse_assignment(std::string_view line) {
  constexpr std::string_view export_word = "export";
  if (line.starts_with(export_word) && line.size() > export_word.size() &&
      blanks.contains(line[export_word.size()]))
    line = without_leading_blanks(line.substr(export_word.size()));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return Fault{"not of the form NAME=value"};
  const std::string_view name = line.substr(0, equals);
  if (!is_name(name)) return Fault{"the text before the = is not a variable name"};
  const std::string_view text = line.substr(equals + 1);
  if (!text.empty() && blanks.contains(text.front()) && !is_empty_or_comment(text))
    return Fault{"there must be no space after the ="};
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  auto value = quoted ? quoted_value(text) : bare_value(text);
  if (!value) return Fault{std::move(value).error()};
  return std::pair{std::string{name}, *std::move(value)};
}

}  // namespace

std::expected<EnvFile, std::string> parse_env_file(std::string_view text) {
  EnvFile variables;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto fault = [&](std::string_view what) { return Fault{fmt::format("line {}: {}", number, what)}; };
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }))
      return fault("there is a control character");
    if (is_empty_or_comment(line)) continue;
    auto assignment = parse_assignment(without_leading_blanks(line));
    if (!assignment) return fault(assignment.error());
    if (!variables.insert(*std::move(assignment)).second) return fault("the variable is set a second time");
  }
  return variables;
}

}  // namespace drawbridge::app
