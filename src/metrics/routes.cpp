#include "metrics/routes.h"

#include <utility>

namespace drawbridge::metrics {

http::Routes routes(std::function<Seen()> look) {
  const auto answer = [look = std::move(look)](const http::Request&) -> http::Outcome {
    return http::Response{.content_type = text_type, .body = exposition(look())};
  };
  return {{"/metrics", http::Access::open, {{http::Method::get, answer}}}};
}

http::ServerOptions server_options(std::string host, std::uint16_t port) {
  using std::chrono::seconds;
  http::ServerOptions options{.host = std::move(host), .port = port, .threads = 1, .allowed_origins = {}};
  options.max_connections = 8;
  options.limits.head = seconds{5};
  options.limits.body = seconds{5};
  options.limits.write = seconds{10};
  options.limits.linger = seconds{1};
  options.limits.linger_bytes = std::size_t{64} * 1024;
  options.limits.body_bytes = 0;
  options.limits.large_heads = 1;
  return options;
}

}  // namespace drawbridge::metrics
