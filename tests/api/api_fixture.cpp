#include "tests/api/api_fixture.h"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "drawbridge/verifier.h"

#include "api/routes.h"
#include "tests/database/sqlite/backend.h"
#include "tests/support/identities.h"

namespace drawbridge::test {

namespace {

std::string joined(std::span<const std::string_view> values) {
  return fmt::format("{}", fmt::join(values, " + "));
}

std::string text_of(const Credentials& sent) {
  return fmt::format("{}{}\n{}\n{}\n{}\n{}\n{}", sent.method, sent.is_websocket_handshake ? " websocket" : "",
                     joined(sent.authorization), joined(sent.cookie), joined(sent.api_key),
                     joined(sent.origin), joined(sent.sec_fetch_site));
}

std::expected<std::string_view, AuthError> name_in(const Credentials& sent) {
  if (sent.authorization.empty() && !sent.api_key.empty()) return sent.api_key.front();
  if (sent.authorization.empty() && !sent.cookie.empty() && sent.cookie.front().starts_with("as="))
    return sent.cookie.front().substr(3);
  return bearer_token(sent.authorization);
}

}  // namespace

FakeAuthenticator::~FakeAuthenticator() {
  release();
}

std::optional<FakeAuthenticator::Result> FakeAuthenticator::authenticate(const Credentials& credentials,
                                                                         std::function<void(Result)> done) {
  const std::scoped_lock lock{mutex_};
  last_credentials_ = text_of(credentials);
  const auto found = name_in(credentials);
  if (!found) return std::unexpected{found.error()};
  const std::string_view token = *found;
  ++asked_;
  last_address_ = credentials.client_address;
  if (token == "alice") return identity_of(alice);
  if (token == "bob") return identity_of(bob);
  if (token == "alice-later") {
    threads_.emplace_back([done = std::move(done), sender = identity_of(alice)] { done(sender); });
    return std::nullopt;
  }
  if (token == "held") {
    held_.push_back(std::move(done));
    return std::nullopt;
  }
  if (token == "expired")
    return std::unexpected{
        AuthError{ErrorCode::token_expired, "The token has expired.", "expired 5 s ago", {}}};
  if (token == "signed-out")
    return std::unexpected{
        AuthError{ErrorCode::session_unknown, "The session does not exist or has ended.", {}, {}}};
  if (token == "foreign")
    return std::unexpected{AuthError{ErrorCode::origin_not_allowed, "That page may not.", {}, {}}};
  if (token == "outage")
    return std::unexpected{AuthError{ErrorCode::keys_unavailable, "The keys cannot be had now.",
                                     "connection refused", std::chrono::seconds{7}}};
  return std::unexpected{
      AuthError{ErrorCode::token_malformed, "This is not a JWT.", "not three segments", {}}};
}

void FakeAuthenticator::release() {
  std::vector<std::function<void(Result)>> waiting;
  {
    const std::scoped_lock lock{mutex_};
    waiting.swap(held_);
  }
  for (const auto& done : waiting) done(identity_of(alice));
}

std::string FakeAuthenticator::last_credentials() {
  const std::scoped_lock lock{mutex_};
  return last_credentials_;
}

std::size_t FakeAuthenticator::held() {
  const std::scoped_lock lock{mutex_};
  return held_.size();
}

std::string FakeAuthenticator::last_address() {
  const std::scoped_lock lock{mutex_};
  return last_address_;
}

int FakeAuthenticator::asked() {
  const std::scoped_lock lock{mutex_};
  return asked_;
}

void HeldStore::hold() {
  const std::scoped_lock lock{mutex_};
  holds_ = true;
}

void HeldStore::wait_for(std::size_t held) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return held_.size() >= held; });
}

void HeldStore::release() {
  std::vector<Held> work;
  {
    const std::scoped_lock lock{mutex_};
    holds_ = false;
    work.swap(held_);
  }
  for (Held& held : work)
    if (!pass_on(std::move(held))) std::abort();
}

void HeldStore::refuse(bool refuses) {
  const std::scoped_lock lock{mutex_};
  refuses_ = refuses;
}

int HeldStore::given() {
  const std::scoped_lock lock{mutex_};
  return given_;
}

HeldStore::Seen HeldStore::last() {
  const std::scoped_lock lock{mutex_};
  return last_;
}

bool HeldStore::pass(Held held) {
  {
    const std::scoped_lock lock{mutex_};
    last_ = {held.options.owner, held.options.costly, held.options.gone.stop_possible()};
    if (refuses_) return false;
    ++given_;
    if (holds_) {
      held_.push_back(std::move(held));
      changed_.notify_all();
      return true;
    }
  }
  return pass_on(std::move(held));
}

bool HeldStore::pass_on(Held held) {
  return held.reads ? store_.read(std::move(held.work), std::move(held.options))
                    : store_.write(std::move(held.work), std::move(held.options));
}

Api::Api() : Api{Options{}} {}

Api::Api(Options options)
    : backend{make_sqlite_backend()},
      log{std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text, true), spdlog::level::info,
          options.log_format},
      database{[this](database::Access access) { return backend->session(access); }, {}},
      routes{api::all_routes([this] { return authenticator.issuer_status(); })},
      counts{routes, options.threads} {
  backend->add_user(alice);
  backend->add_user(bob);
  auto started = http::Server::start({.host = "127.0.0.1",
                                      .port = 0,
                                      .threads = options.threads,
                                      .allowed_origins = {std::string{allowed_origin}},
                                      .credentials = options.credentials,
                                      .max_connections = options.max_connections,
                                      .trusted_proxies = options.trusted_proxies,
                                      .limits = options.limits,
                                      .counts = &counts},
                                     routes, authenticator, store, log);
  if (!started) throw std::runtime_error{started.error()};
  server = *std::move(started);
}

Answer Api::request(std::string_view raw) const {
  auto client = connect();
  client.send(raw);
  return client.receive(raw.starts_with("HEAD ")).value();
}

Answer Api::call(std::string_view method, const std::string& target, std::string_view token,
                 std::string_view body) const {
  return request(body.empty()
                     ? raw_request(method, target, token)
                     : raw_request(method, target, token, "Content-Type: application/json\r\n", body));
}

std::string tasks_of(const std::string& user) {
  return "/api/v1/" + user + "/tasks";
}

std::string raw_request(std::string_view method, std::string_view target, std::string_view token,
                        std::string_view lines, std::string_view body) {
  std::string raw = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  if (!token.empty()) raw += fmt::format("Authorization: Bearer {}\r\n", token);
  raw += lines;
  if (!body.empty()) raw += fmt::format("Content-Length: {}\r\n", body.size());
  return raw + "\r\n" + std::string{body};
}

}  // namespace drawbridge::test
