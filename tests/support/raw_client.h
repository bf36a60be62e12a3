#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace drawbridge::test {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The header's value; empty when absent.
  std::string header(const std::string& name) const;
  /// The member of the JSON body, as JSON text without quotes around a string; empty when absent.
  std::string member(std::string_view name) const;
  std::string code() const { return member("code"); }
};

/// A client that sends exactly the bytes it is told to. A wait of over 10 seconds counts as the end.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(RawClient&&) noexcept;

  /// Whether all could be sent; false once the other side has closed.
  bool send(std::string_view bytes);
  void end_sending();
  /// The next whole answer, 1xx too; nothing when the connection ends before. `to_head` expects no body.
  std::optional<Answer> receive(bool to_head = false);
  /// Whether the other side ends the connection without sending anything more.
  bool is_closed();
  /// The same for a client that reads nothing, when what it sent is not all read either.
  bool is_hung_up_on();
  /// Whether a byte arrives within that time, the end of the connection not counting.
  bool hears_within(int milliseconds);

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace drawbridge::test
