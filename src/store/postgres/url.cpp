#include "store/postgres/url.h"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace drawbridge::store {
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
                       ? "has a parameter behind ? that PostgreSQL's library does not know (?schema= for "
                         "example is another library's)"
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

}  // namespace

std::optional<std::string> fault_of_postgres_url(const std::string& url) {
  ParsedUrl parsed = parse(url);
  if (parsed.options) return std::nullopt;
  return std::move(parsed.fault);
}

std::string postgres_connection_text(const std::string& url) {
  const ParsedUrl parsed = parse(url);
  if (!parsed.options) return url;  // whose fault the connection then finds
  std::string text;
  for (const PQconninfoOption* option = parsed.options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) text += fmt::format("{}={} ", option->keyword, quoted(option->val));
  }
  for (const auto& [keyword, value] : default_options) {
    if (text.find(fmt::format("{}=", keyword)) == std::string::npos) {
      text += fmt::format("{}={} ", keyword, quoted(value));
    }
  }
  return text;
}

}  // namespace drawbridge::store
