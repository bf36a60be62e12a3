#pragma once

#include <chrono>
#include <cstddef>

namespace drawbridge::http {

/// How much time and room one client gets.
struct Limits {
  std::chrono::milliseconds head{
      std::chrono::seconds{10}};  ///< from a request's first byte to its blank line
  std::chrono::milliseconds body{std::chrono::seconds{30}};   ///< from the first to the last byte of a body
  std::chrono::milliseconds idle{std::chrono::seconds{60}};   ///< between two requests of one connection
  std::chrono::milliseconds write{std::chrono::seconds{30}};  ///< for taking an answer
  /// Until a database thread takes a request's work. Work that is not taken by then is not done.
  std::chrono::milliseconds store{std::chrono::seconds{5}};
  /// Until it is decided who asks, or what the database says. The issuer's part and the database's have
  /// shorter limits of their own; this one ends what these failed to end.
  std::chrono::milliseconds decision{std::chrono::seconds{15}};
  /// For how long a reading goes on whose client has ended its sending, and has most likely gone.
  std::chrono::milliseconds half_closed{200};
  /// How much work of one user may wait for the database or run there; more is `rate_limited`. A quarter of
  /// what the store's queue holds.
  std::size_t store_places_for_each_user = 256;
  /// After an answer that ends the connection: what the client still sends is read and thrown away for so
  /// long and so much, because closing at once would reset the connection and could lose the answer.
  std::chrono::milliseconds linger{std::chrono::seconds{5}};
  std::size_t linger_bytes = 16 * 1024 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  /// What bodies that are still read and answers that are not yet sent may take: of one user, and in all.
  std::size_t user_bytes = 16 * 1024 * 1024;
  std::size_t all_user_bytes = 96 * 1024 * 1024;
  /// Beyond `all_user_bytes`, for users who hold less than `little_bytes` then.
  std::size_t reserved_bytes = 16 * 1024 * 1024;
  std::size_t little_bytes = 64 * 1024;
  /// How many requests with heads of more than one read, 8 KiB, may be unfinished at once.
  std::size_t large_heads = 512;
};

}  // namespace drawbridge::http
