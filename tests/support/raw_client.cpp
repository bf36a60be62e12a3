#include "tests/support/raw_client.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace drawbridge::test {

namespace http = boost::beast::http;

constexpr int patience = 10'000;  // milliseconds

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Answer::member(std::string_view name) const {
  boost::system::error_code error;
  const auto document = boost::json::parse(body, error);
  if (error || !document.is_object()) return {};
  const auto* value = document.as_object().if_contains({name.data(), name.size()});
  if (!value) return {};
  return value->is_string() ? std::string{value->as_string()} : boost::json::serialize(*value);
}

struct RawClient::Socket {
  int descriptor;
  std::string received;

  /// False at the end of the connection and when nothing comes.
  bool read_more() {
    if (!readable(patience)) return false;
    std::array<char, 16'384> bytes{};
    const auto size = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    received.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }
  bool readable(int milliseconds) const {
    pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, milliseconds) == 1;
  }
};

RawClient::RawClient(std::uint16_t port) : socket_{std::make_unique<Socket>()} {
  socket_->descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* any_address = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket_->descriptor, any_address, sizeof address) != 0)
    throw std::system_error{errno, std::generic_category(), "connect"};
}

RawClient::~RawClient() {
  if (socket_) ::close(socket_->descriptor);
}

RawClient::RawClient(RawClient&&) noexcept = default;

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(socket_->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void RawClient::end_sending() {
  ::shutdown(socket_->descriptor, SHUT_WR);
}

std::optional<Answer> RawClient::receive(bool to_head) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.skip(to_head);
  parser.body_limit(boost::none);
  auto& received = socket_->received;
  while (!parser.is_done()) {
    if (received.empty() && !socket_->read_more()) return std::nullopt;
    boost::beast::error_code error;
    received.erase(0, parser.put(boost::asio::buffer(received), error));
    if (error == http::error::need_more) {
      if (!socket_->read_more()) return std::nullopt;
    } else if (error) {
      throw std::system_error{error};
    }
  }
  Answer answer{
      .status = static_cast<int>(parser.get().result_int()), .headers = {}, .body = parser.get().body()};
  for (const auto& field : parser.get()) {
    std::string name{field.name_string()};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.headers.emplace(std::move(name), field.value());
  }
  return answer;
}

bool RawClient::is_closed() {
  return socket_->received.empty() && socket_->readable(patience) && !socket_->read_more();
}

bool RawClient::is_hung_up_on() {
  pollfd wait{.fd = socket_->descriptor, .events = POLLRDHUP, .revents = 0};
  return ::poll(&wait, 1, patience) == 1 && (wait.revents & (POLLHUP | POLLERR)) != 0;
}

bool RawClient::hears_within(int milliseconds) {
  return !socket_->received.empty() || (socket_->readable(milliseconds) && socket_->read_more());
}

}  // namespace drawbridge::test
