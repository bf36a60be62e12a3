#pragma once

#include <optional>
#include <string>

namespace drawbridge::database {

/// What is wrong with a PostgreSQL URL, without its values; nothing when libpq takes it.
std::optional<std::string> fault_of_postgres_url(const std::string& url);

/// The URL as `keyword='value'` pairs for libpq, with time limits where it leaves them open. A peer that is
/// gone without a word is found out within 10 s.
std::string postgres_connection_text(const std::string& url);

}  // namespace drawbridge::database
