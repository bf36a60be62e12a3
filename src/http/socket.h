#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace drawbridge::http {

/// A client's socket, of the one executor that it can have: the general one costs a virtual call for each
/// operation.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// What is known of the other side without reading.
enum class Peer {
  there,
  half_closed,  ///< sends no more; whether it still reads shows only when something is sent
  gone,
};

Peer look_at_peer(Socket& socket);

}  // namespace drawbridge::http
