#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drawbridge::test {

/// What the server read: request line's target, and headers by lower-case name.
struct HeardRequest {
  std::string target;
  std::map<std::string, std::string> headers;

  /// Empty when the request does not have the header.
  std::string header(const std::string& name) const;
};

/// What the server does once it has read a request: sends these bytes as they are, then this.
struct Answer {
  enum class Then {
    close,       ///< ends the connection
    say_nothing  ///< keeps it open without another byte, until the peer gives up
  };
  std::string bytes{};
  Then then = Then::close;
  /// Between one byte and the next; 0 sends all at once.
  std::chrono::milliseconds per_byte{0};
  /// Before the first byte.
  std::chrono::milliseconds delay{0};

  /// A whole HTTP/1.1 answer. `headers` are lines that each end in CRLF.
  static Answer of(int status, std::string_view body, std::string_view headers = "");
  static Answer json(std::string_view body, std::string_view headers = "");
  /// The first `size` bytes of this answer, and then nothing more.
  Answer cut_after(std::size_t size, Then what) const;
  /// The same at the end of the headers, leaving `body` bytes of the body.
  Answer cut_in_body(std::size_t body, Then what) const;
};

/// The body as gzip (RFC 1952).
std::string gzip(std::string_view body);

/// How a server speaks TLS: with a certificate made on the spot by an authority made on the spot.
struct Tls {
  std::string host = "127.0.0.1";  ///< whom the certificate names, an IP address or a DNS name
  bool self_signed = false;        ///< then no authority stands behind it
  bool expired = false;
};

/// An HTTP or HTTPS server on a free port of 127.0.0.1 that does what a test asks of it, on a thread of its
/// own. All functions may be called from any thread. Throws boost::system::system_error or std::runtime_error
/// when it cannot start.
class MisbehavingServer {
 public:
  using Script = std::function<Answer(const HeardRequest&)>;

  explicit MisbehavingServer(std::optional<Tls> tls = std::nullopt);
  ~MisbehavingServer();
  MisbehavingServer(const MisbehavingServer&) = delete;
  MisbehavingServer& operator=(const MisbehavingServer&) = delete;

  /// From the next request on.
  void answer(Answer answer);
  /// The script runs on the server's thread.
  void answer(Script script);

  /// Closes every connection and refuses new ones, keeping the port.
  void go_down();
  void come_up();

  std::string url(std::string_view path = "/api/auth/jwks", std::string_view host = "127.0.0.1") const;
  /// The authority of its certificate, PEM.
  const std::string& authority_pem() const;

  /// Every request read so far, in order.
  std::vector<HeardRequest> requests() const;
  std::size_t request_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace drawbridge::test
