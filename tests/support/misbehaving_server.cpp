#include "tests/support/misbehaving_server.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace drawbridge::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr long day = 24L * 60 * 60;

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;
using Certificate = std::unique_ptr<X509, FreeOpenSsl>;

void require(bool good) {
  if (!good) throw std::runtime_error{"OpenSSL could not make a test certificate"};
}

template <typename Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, FreeOpenSsl> bio{BIO_new(BIO_s_mem())};
  require(write(bio.get()) == 1);
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  require(BIO_read(bio.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()));
  return text;
}

void add_extension(X509* certificate, int which, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, FreeOpenSsl> extension{
      X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str())};
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// A certificate for `key`, from a day ago on for `seconds`; not signed yet.
Certificate certificate_of(EVP_PKEY* key, const std::string& name, long serial, long seconds) {
  Certificate certificate{X509_new()};
  X509* x509 = certificate.get();
  require(x509 != nullptr && X509_set_version(x509, 2) == 1 && X509_set_pubkey(x509, key) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -day);
  X509_gmtime_adj(X509_getm_notAfter(x509), seconds - day);
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  return certificate;
}

struct TlsFiles {
  std::string authority;
  std::string certificate;
  std::string key;
};

TlsFiles make_tls_files(const Tls& tls) {
  const PrivateKey authority_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  const PrivateKey server_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  require(authority_key && server_key);
  const Certificate authority = certificate_of(authority_key.get(), "Drawbridge test authority", 1, 30 * day);
  require(X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get())) == 1);
  add_extension(authority.get(), NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(authority.get(), authority_key.get(), EVP_sha256()) > 0);

  const Certificate server = certificate_of(server_key.get(), "server", 2, tls.expired ? day / 2 : 30 * day);
  const X509* issuer = tls.self_signed ? server.get() : authority.get();
  require(X509_set_issuer_name(server.get(), X509_get_subject_name(issuer)) == 1);
  const bool is_address = tls.host.find_first_not_of("0123456789.") == std::string::npos;
  add_extension(server.get(), NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + tls.host);
  EVP_PKEY* signer = tls.self_signed ? server_key.get() : authority_key.get();
  require(X509_sign(server.get(), signer, EVP_sha256()) > 0);

  return {pem([&](BIO* bio) { return PEM_write_bio_X509(bio, authority.get()); }),
          pem([&](BIO* bio) { return PEM_write_bio_X509(bio, server.get()); }), pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

HeardRequest parse_request(std::string_view head) {
  const auto take = [&head](std::string_view end) {
    const std::string_view text = head.substr(0, head.find(end));
    head.remove_prefix(std::min(head.size(), text.size() + end.size()));
    return text;
  };
  HeardRequest request;
  take(" ");
  request.target = take(" ");
  take("\r\n");
  while (!head.empty() && !head.starts_with("\r\n")) {
    std::string name{take(":")};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string_view value = take("\r\n");
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    request.headers.insert_or_assign(std::move(name), std::string{value});
  }
  return request;
}

}  // namespace

std::string HeardRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

Answer Answer::of(int status, std::string_view body, std::string_view headers) {
  const bool has_body = status != 204 && status != 304;
  return {"HTTP/1.1 " + std::to_string(status) + " Whatever\r\nConnection: close\r\n" + std::string{headers} +
          (has_body ? "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body}
                    : std::string{"\r\n"})};
}

Answer Answer::json(std::string_view body, std::string_view headers) {
  return of(200, body, "Content-Type: application/json\r\n" + std::string{headers});
}

Answer Answer::cut_after(std::size_t size, Then what) const {
  return {bytes.substr(0, size), what, per_byte, delay};
}

Answer Answer::cut_in_body(std::size_t body, Then what) const {
  return cut_after(bytes.find("\r\n\r\n") + 4 + body, what);
}

std::string gzip(std::string_view body) {
  namespace zlib = boost::beast::zlib;
  zlib::deflate_stream deflate;
  std::string packed(deflate.upper_bound(body.size()), '\0');
  zlib::z_params step;
  step.next_in = body.data();
  step.avail_in = body.size();
  step.next_out = packed.data();
  step.avail_out = packed.size();
  boost::system::error_code fault;
  deflate.write(step, zlib::Flush::finish, fault);
  if (fault && fault != zlib::error::end_of_stream) throw boost::system::system_error{fault};
  packed.resize(step.total_out);

  boost::crc_32_type checksum;
  checksum.process_bytes(body.data(), body.size());
  const auto little_endian = [](std::size_t number) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xFF);
    return bytes;
  };
  const std::string header{"\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10};
  return header + packed + little_endian(checksum.checksum()) + little_endian(body.size());
}

/// All that runs in coroutines runs on `thread`; `mutex` guards what the test's threads share with it.
struct MisbehavingServer::Impl {
  explicit Impl(const std::optional<Tls>& tls) : listener{context} {
    if (tls) {
      const TlsFiles files = make_tls_files(*tls);
      authority = files.authority;
      ssl.emplace(asio::ssl::context::tls_server);
      ssl->use_certificate(asio::buffer(files.certificate), asio::ssl::context::pem);
      ssl->use_private_key(asio::buffer(files.key), asio::ssl::context::pem);
    }
    bind(0);
    port = listener.local_endpoint().port();
    listen();
    thread = std::thread{[this] { context.run(); }};
  }

  ~Impl() {
    context.stop();
    thread.join();
  }

  void bind(unsigned short wanted) {
    listener.open(tcp::v4());
    listener.set_option(tcp::acceptor::reuse_address{true});
    listener.bind({asio::ip::address_v4::loopback(), wanted});
  }

  void listen() {
    listener.listen();
    asio::co_spawn(context, accept_all(), asio::detached);
  }

  /// Runs it on the server's thread, and waits for its end.
  template <typename Do>
  void on_thread(Do what) {
    std::packaged_task<void()> task{std::move(what)};
    auto done = task.get_future();
    asio::post(context, std::move(task));
    done.get();
  }

  asio::awaitable<void> accept_all() {
    boost::system::error_code fault;
    while (true) {
      auto socket = std::make_shared<tcp::socket>(
          co_await listener.async_accept(asio::redirect_error(asio::use_awaitable, fault)));
      if (fault) co_return;
      std::erase_if(sockets, [](const auto& old) { return old.expired(); });
      sockets.push_back(socket);
      asio::co_spawn(context, serve(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<tcp::socket> socket) {
    // What the peer does to the connection is no fault of the test's.
    try {
      if (!ssl) {
        co_await converse(*socket);
        socket->shutdown(tcp::socket::shutdown_send);
      } else {
        asio::ssl::stream<tcp::socket&> stream{*socket, *ssl};
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await converse(stream);
        co_await stream.async_shutdown(asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
    }
  }

  template <typename Stream>
  asio::awaitable<void> converse(Stream& stream) {
    std::string head;
    co_await asio::async_read_until(stream, asio::dynamic_buffer(head, 64 * 1024), "\r\n\r\n",
                                    asio::use_awaitable);
    const Answer answer = answer_to(parse_request(head));
    asio::steady_timer timer{context, answer.delay};
    if (answer.delay.count() > 0) co_await timer.async_wait(asio::use_awaitable);
    if (answer.per_byte.count() == 0) {
      co_await asio::async_write(stream, asio::buffer(answer.bytes), asio::use_awaitable);
    } else {
      for (const char& byte : answer.bytes) {
        co_await asio::async_write(stream, asio::buffer(&byte, 1), asio::use_awaitable);
        timer.expires_after(answer.per_byte);
        co_await timer.async_wait(asio::use_awaitable);
      }
    }
    if (answer.then == Answer::Then::close) co_return;
    // Ends with an exception, when the peer closes.
    char byte = 0;
    while (true) co_await stream.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
  }

  Answer answer_to(HeardRequest request) {
    const std::lock_guard lock{mutex};
    requests.push_back(std::move(request));
    return script(requests.back());
  }

  asio::io_context context;
  /// The thread stays while the server is down.
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  tcp::acceptor listener;
  std::optional<asio::ssl::context> ssl;
  std::vector<std::weak_ptr<tcp::socket>> sockets;
  std::string authority;
  unsigned short port = 0;
  std::thread thread;

  std::mutex mutex;
  Script script = [](const HeardRequest&) { return Answer::of(404, ""); };
  std::vector<HeardRequest> requests;
};

MisbehavingServer::MisbehavingServer(std::optional<Tls> tls) : impl_{std::make_unique<Impl>(tls)} {}
MisbehavingServer::~MisbehavingServer() = default;

void MisbehavingServer::answer(Answer answer) {
  this->answer([answer = std::move(answer)](const HeardRequest&) { return answer; });
}

void MisbehavingServer::answer(Script script) {
  const std::lock_guard lock{impl_->mutex};
  impl_->script = std::move(script);
}

void MisbehavingServer::go_down() {
  impl_->on_thread([this] {
    impl_->listener.close();
    for (const auto& each : impl_->sockets)
      if (const auto socket = each.lock()) socket->close();
    // Bound, but not listening: nobody else gets the port, and who connects is refused.
    impl_->bind(impl_->port);
  });
}

void MisbehavingServer::come_up() {
  impl_->on_thread([this] { impl_->listen(); });
}

std::string MisbehavingServer::url(std::string_view path, std::string_view host) const {
  return (impl_->ssl ? "https://" : "http://") + std::string{host} + ':' + std::to_string(impl_->port) +
         std::string{path};
}

const std::string& MisbehavingServer::authority_pem() const {
  return impl_->authority;
}

std::vector<HeardRequest> MisbehavingServer::requests() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->requests;
}

std::size_t MisbehavingServer::request_count() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->requests.size();
}

}  // namespace drawbridge::test
