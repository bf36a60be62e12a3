#include "doctor/script_policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <utility>

#include "core/errors/hints.h"
#include "core/text/ascii.h"

namespace drawbridge::doctor {
namespace {

using Sources = std::vector<std::string_view>;

constexpr std::string_view header_name = "content-security-policy";

Sources words_of(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\f\r";
  Sources words;
  while ((text = text.substr(std::min(text.find_first_not_of(blanks), text.size()))) != "") {
    const auto end = std::min(text.find_first_of(blanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

/// Its sources; of two directives of one name the first counts.
std::optional<Sources> directive_of(std::string_view policy, std::string_view name) {
  for (const auto part : std::views::split(policy, ';')) {
    Sources words = words_of(std::string_view{part});
    if (words.empty() || !ascii::equal_ignoring_case(words.front(), name)) continue;
    words.erase(words.begin());
    return words;
  }
  return std::nullopt;
}

bool has(const Sources& sources, std::string_view wanted) {
  return std::ranges::any_of(
      sources, [&](std::string_view source) { return ascii::equal_ignoring_case(source, wanted); });
}

bool is_nonce_or_hash(std::string_view source) {
  const std::string text = ascii::lower(source.substr(0, 8));
  return text.starts_with("'nonce-") || text.starts_with("'sha256-") || text.starts_with("'sha384-") ||
         text.starts_with("'sha512-");
}

/// Let in whatever anybody put somewhere.
constexpr std::array<std::string_view, 7> open_sources{
    "*", "http:", "https:", "data:", "blob:", "ws:", "filesystem:"};

std::string weakness_of(const Sources& sources) {
  const bool has_exact = std::ranges::any_of(sources, is_nonce_or_hash);
  // Browsers that know nonces and hashes pass over 'unsafe-inline' beside them.
  if (has(sources, "'unsafe-inline'") && !has_exact) return "'unsafe-inline'";
  if (has(sources, "'unsafe-eval'")) return "'unsafe-eval'";
  if (has(sources, "'strict-dynamic'") && has_exact) return {};  // which passes over hosts and schemes
  for (const std::string_view open : open_sources)
    if (has(sources, open)) return std::string{open};
  return {};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The value of `content="…"` in a tag, unescaped as far as policies need it.
std::string content_of(std::string_view tag) {
  const std::string lower = ascii::lower(tag);
  const auto name = lower.find("content=");
  // `http-equiv="content-security-policy"` has no `=` behind the word.
  if (name == std::string::npos || name + 8 >= tag.size()) return {};
  const char quote = tag[name + 8];
  if (quote != '"' && quote != '\'') return {};
  const auto begin = name + 9;
  std::string value{tag.substr(begin, tag.find(quote, begin) - begin)};
  for (const auto& [from, to] : {std::pair{"&#x27;", "'"}, std::pair{"&#39;", "'"}, std::pair{"&apos;", "'"},
                                 std::pair{"&quot;", "\""}, std::pair{"&amp;", "&"}})
    replace_all(value, from, to);
  return value;
}

void add_policies(std::vector<std::string>& policies, std::string_view list) {
  for (const auto policy : ascii::split_at_commas(list))
    if (!policy.empty()) policies.emplace_back(policy);
}

}  // namespace

std::vector<std::string> policies_of(const fetch::HttpAnswer& page) {
  std::vector<std::string> policies;
  for (const auto& [name, value] : page.headers)
    if (ascii::equal_ignoring_case(name, header_name)) add_policies(policies, value);
  const std::string lower = ascii::lower(page.body);
  for (std::size_t at = 0; (at = lower.find("<meta", at)) != std::string::npos;) {
    const auto end = std::min(lower.find('>', at), lower.size());
    const std::string_view tag{lower.data() + at, end - at};
    if (tag.contains(std::string{"http-equiv=\""} + std::string{header_name} + '"'))
      add_policies(policies, content_of(std::string_view{page.body}.substr(at, end - at)));
    at = end;
  }
  return policies;
}

ScriptRule script_rule_of(std::string_view policy) {
  auto sources = directive_of(policy, "script-src");
  if (!sources) sources = directive_of(policy, "default-src");
  if (!sources) return {.weakness = "no script-src and no default-src", .nonce = {}};
  ScriptRule rule{.weakness = weakness_of(*sources), .nonce = {}};
  // For what stands in the page as an element, a narrower directive counts in its place.
  if (const auto elements = directive_of(policy, "script-src-elem"); elements && rule.weakness.empty())
    rule.weakness = weakness_of(*elements);
  for (const std::string_view source : *sources)
    if (ascii::lower(source).starts_with("'nonce-")) rule.nonce = source;
  return rule;
}

}  // namespace drawbridge::doctor
