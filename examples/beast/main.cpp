// A server by Boost.Beast whose one route is for signed-in users: README's example, with coroutines in place
// of cpp-httplib.
#include <chrono>
#include <string>
#include <vector>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <drawbridge/authenticator.h>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

static std::vector<std::string_view> all(const Request& request, std::string_view header) {
  std::vector<std::string_view> values;
  const auto [first, end] = request.equal_range(header);
  for (auto each = first; each != end; ++each) values.emplace_back(each->value());
  return values;
}

static Response refuse(const Request& request, const drawbridge::AuthError& error) {
  Response response{http::int_to_status(static_cast<unsigned>(drawbridge::http_status(error.code))),
                    request.version()};
  if (const auto challenge = drawbridge::www_authenticate(error.code); !challenge.empty())
    response.set(http::field::www_authenticate, challenge);
  if (error.retry_after) response.set(http::field::retry_after, std::to_string(error.retry_after->count()));
  response.set(http::field::content_type, "application/problem+json");
  response.body() = drawbridge::problem_json(error);
  return response;
}

static Response notes(drawbridge::Authenticator& authenticator, const Request& request,
                      std::string_view client) {
  const auto tokens = all(request, "Authorization"), cookies = all(request, "Cookie"),
             keys = all(request, "x-api-key"), origins = all(request, "Origin"),
             sites = all(request, "Sec-Fetch-Site");
  const auto identity = authenticator.authenticate(
      {tokens, cookies, keys, origins, sites, request.method_string(), false, client});
  Response response{http::status::ok, request.version()};
  if (!identity) {
    response = refuse(request, identity.error());
  } else {
    response.set(http::field::content_type, "text/plain");
    response.body() = "Notes of " + identity->subject() + "\n";  // only this user's
  }
  response.set(http::field::cache_control, "private, no-store");
  return response;
}

static asio::awaitable<void> serve(beast::tcp_stream stream, drawbridge::Authenticator& authenticator) {
  const std::string client = stream.socket().remote_endpoint().address().to_string();
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on;) {
    stream.expires_after(std::chrono::seconds{30});
    http::request_parser<http::string_body> parser;
    parser.body_limit(64 * 1024);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    const Request& request = parser.get();
    Response response = request.target() == "/notes" ? notes(authenticator, request, client)
                                                     : Response{http::status::not_found, request.version()};
    response.keep_alive(goes_on = request.keep_alive());
    response.prepare_payload();
    co_await http::async_write(stream, response, asio::use_awaitable);
  }
}

static asio::awaitable<void> listen(tcp::endpoint where, drawbridge::Authenticator& authenticator) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::acceptor acceptor{executor, where};
  for (;;) {
    const auto strand =
        asio::make_strand(executor);  // what a connection does, its deadline too, runs one at a time
    auto [failed, socket] = co_await acceptor.async_accept(strand, asio::as_tuple(asio::use_awaitable));
    if (failed)  // too many open files, say: others are served meanwhile
      co_await asio::steady_timer{executor, std::chrono::milliseconds{100}}.async_wait(asio::use_awaitable);
    else  // what a connection throws ends that connection
      asio::co_spawn(strand, serve(beast::tcp_stream{std::move(socket)}, authenticator),
                     [](std::exception_ptr) {});
  }
}

int main(int argc, char** argv) {
  const std::string origin = argc > 1 ? argv[1] : "http://localhost:3000";  // Better Auth's baseURL
  const std::string reached_at = argc > 2 ? argv[2] : origin;               // the same, from this machine
  const auto port = static_cast<std::uint16_t>(argc > 3 ? std::stoi(argv[3]) : 8080);
  drawbridge::Authenticator authenticator{{origin, origin},
                                          {.jwks_url = reached_at + "/api/auth/jwks"},
                                          {.kinds = {.token = true, .session = true, .key = true},
                                           .base_url = reached_at,
                                           .allowed_origins = {origin}}};
  asio::thread_pool threads{
      8};  // a request whose session is not remembered waits for Better Auth in one of them
  asio::co_spawn(threads, listen({asio::ip::make_address("127.0.0.1"), port}, authenticator), asio::detached);
  threads.join();
}
