#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace drawbridge::http {

/// Why a request or a connection had to go, so that there is room for others.
enum class Shed : std::uint8_t {
  idle_connection,       ///< closed for a new one
  new_connection,        ///< no other could be closed for it
  address_connections,   ///< its address has its share of them
  address_requests,      ///< of a client behind a proxy
  large_heads,           ///< too many are unfinished
  user_places,           ///< the user has all the work on the database that one user gets
  user_bytes,            ///< or all the memory
  all_bytes,             ///< bodies and unsent answers have all the memory that they get
  slow_client,           ///< closed for memory that others need
  database_busy,         ///< the work was not begun: too much waits, or for too long
  database_slow,         ///< the work did not end in time
  identity_not_decided,  ///< in time
};
inline constexpr std::array shed_names{
    std::string_view{"idle_connection"},     std::string_view{"new_connection"},
    std::string_view{"address_connections"}, std::string_view{"address_requests"},
    std::string_view{"large_heads"},         std::string_view{"user_places"},
    std::string_view{"user_bytes"},          std::string_view{"all_bytes"},
    std::string_view{"slow_client"},         std::string_view{"database_busy"},
    std::string_view{"database_slow"},       std::string_view{"identity_not_decided"}};

}  // namespace drawbridge::http
