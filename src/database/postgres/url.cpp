#include "database/postgres/url.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge::database {
namespace {

/// Used where the URL does not say otherwise.
constexpr std::array<std::pair<const char*, const char*>, 6> default_options{{
    {"connect_timeout", "5"},
    {"tcp_user_timeout", "10000"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "2"},
    {"application_name", "drawbridge"},
}};

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

struct ParsedUrl {
  Options options{nullptr, &PQconninfoFree};
  std::string fault;
};

ParsedUrl parse(const std::string& url) {
  ParsedUrl parsed;
  char* message = nullptr;
  parsed.options.reset(PQconninfoParse(url.c_str(), &message));
  if (!parsed.options) {
    const std::unique_ptr<char, decltype(&PQfreemem)> owned{message, &PQfreemem};
    const std::string_view text{message == nullptr ? "" : message};
    // Of the texts only this one shows a part of the URL that can hold no secret: a parameter's name.
    parsed.fault = text.starts_with("invalid URI query parameter")
                       ? "has a parameter after ? that PostgreSQL's library does not know (?schema=, for "
                         "example, belongs to a different library)"
                       : "is not of the form postgresql://user:password@host:port/database";
  }
  return parsed;
}

std::string quoted(std::string_view value) {
  std::string quoted{"'"};
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '\'';
}

/// An `@` that ends no user and password: one in the password as it is, or behind a `/` or `?` of it. What
/// stands before it would be shown as host, port or database when the connection fails.
bool has_stray_at(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  const auto at = url.find('@');
  return at != std::string_view::npos && (url.find_first_of("/?") < at || url.find('@', at + 1) < url.size());
}

bool is_port(std::string_view text) {
  return text.empty() || whole_number(text, 1, 65535);  // empty: the usual one
}

/// Of each host, with commas between.
bool are_ports(std::string_view list) {
  return std::ranges::all_of(ascii::split_at_commas(list), is_port);
}

/// What the URL says of an option; null where it says nothing.
const char* value_of(const ParsedUrl& parsed, std::string_view keyword) {
  for (const PQconninfoOption* option = parsed.options.get(); option->keyword != nullptr; ++option)
    if (option->keyword == keyword) return option->val;
  return nullptr;
}

bool has_ports(const ParsedUrl& parsed) {
  const char* const ports = value_of(parsed, "port");
  return ports == nullptr || are_ports(ports);
}

constexpr const char* encode_password =
    "; write @ : / ? # and % of a password as %40 %3A %2F %3F %23 and %25";

}  // namespace

std::optional<std::string> fault_of_postgres_url(const std::string& url) {
  if (has_stray_at(url)) return std::string{"has an @ in the wrong place"}.append(encode_password);
  ParsedUrl parsed = parse(url);
  if (!parsed.options) return std::move(parsed.fault);
  if (!has_ports(parsed)) return std::string{"has a port that is not a number"}.append(encode_password);
  return std::nullopt;
}

std::string postgres_connection_text(const std::string& url) {
  const ParsedUrl parsed = parse(url);
  if (!parsed.options) return url;  // whose fault the connection then finds
  std::string text;
  for (const PQconninfoOption* option = parsed.options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) text += fmt::format("{}={} ", option->keyword, quoted(option->val));
  }
  for (const auto& [keyword, value] : default_options) {
    if (value_of(parsed, keyword) == nullptr) text += fmt::format("{}={} ", keyword, quoted(value));
  }
  return text;
}

}  // namespace drawbridge::database
