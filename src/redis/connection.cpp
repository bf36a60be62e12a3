#include "redis/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>

namespace drawbridge::redis {
namespace {

constexpr timeval longest_step{.tv_sec = 1, .tv_usec = 0};
constexpr std::chrono::seconds longest_answer{1};

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

/// Ends the use of the connection, whose answer may come yet and would be taken for that of the next command.
void give_up(redisContext& context) {
  constexpr std::string_view why{"it takes too long to answer"};
  context.err = REDIS_ERR_TIMEOUT;
  *std::ranges::copy(why, static_cast<char*>(context.errstr)).out = '\0';
}

/// Nothing for a connection that is lost. Not hiredis's own call for both, which waits for a step as often as
/// a byte comes: a server that sends one now and then would keep the thread for ever.
Reply answer_of(redisContext& context) {
  for (int is_sent = 0; is_sent == 0;)
    if (redisBufferWrite(&context, &is_sent) != REDIS_OK) return nullptr;
  const auto ends_by = std::chrono::steady_clock::now() + longest_answer;
  const auto is_late = [ends_by] { return std::chrono::steady_clock::now() >= ends_by; };
  while (true) {
    void* read = nullptr;
    if (redisGetReplyFromReader(&context, &read) != REDIS_OK) return nullptr;
    Reply reply{static_cast<redisReply*>(read)};
    if (reply && reply->type != REDIS_REPLY_PUSH) return reply;
    if (is_late()) {
      give_up(context);
      return nullptr;
    }
    if (!reply && redisBufferRead(&context) != REDIS_OK) {
      if (is_late()) give_up(context);  // which hiredis calls what it calls a connection that was cut
      return nullptr;
    }
  }
}

/// Sent as it is, so that no byte of a part is read as a part of the command.
Reply ask(redisContext& context, std::span<const std::string_view> parts) {
  std::array<const char*, 4> texts{};
  std::array<std::size_t, 4> sizes{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    texts.at(i) = parts[i].data();
    sizes.at(i) = parts[i].size();
  }
  if (redisAppendCommandArgv(&context, static_cast<int>(parts.size()), texts.data(), sizes.data()) !=
      REDIS_OK)
    return nullptr;
  return answer_of(context);
}

/// hiredis's own words, of the connection alone.
std::string fault_of(const redisContext& context) {
  return fmt::format("Redis cannot be reached: {}", std::string_view{context.errstr});
}

/// The first word of an error is its code; what follows may hold names and addresses.
std::string fault_of_error(const redisReply& reply) {
  const std::string_view text{reply.str, reply.len};
  const std::string_view code = text.substr(0, text.find(' '));
  const std::pair<std::string_view, std::string_view> meanings[] = {
      {"NOAUTH", "it asks for a password"},
      {"WRONGPASS", "user or password is wrong"},
      {"NOPERM", "the user may not read these keys with GETRANGE"},
      {"LOADING", "it is still starting"},
      {"MOVED", "it is part of a cluster, which is not supported"},
      {"MASTERDOWN", "it is a replica without its master"},
      {"WRONGTYPE", "the key does not hold a string"},
  };
  for (const auto& [known, meaning] : meanings)
    if (code == known) return fmt::format("Redis refuses: {}", meaning);
  return fmt::format("Redis answered with the error {}", code.substr(0, 32));
}

}  // namespace

void RedisConnection::Free::operator()(redisContext* context) const {
  redisFree(context);
}

void RedisConnection::Free::operator()(redisSSLContext* context) const {
  redisFreeSSLContext(context);
}

RedisConnection::~RedisConnection() = default;

std::expected<std::unique_ptr<RedisConnection>, std::string> RedisConnection::open(
    const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file) {
  std::unique_ptr<RedisConnection> connection{new RedisConnection};
  if (auto fault = connection->start(url, ca_file)) return std::unexpected{*std::move(fault)};
  return connection;
}

std::optional<RedisConnection::Fault> RedisConnection::start(
    const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file) {
  redisOptions options{};
  REDIS_OPTIONS_SET_TCP(&options, url.host.c_str(), url.port);
  options.connect_timeout = &longest_step;
  options.command_timeout = &longest_step;
  context_.reset(redisConnectWithOptions(&options));
  if (!context_) return "there is not enough memory for a connection to Redis";
  if (context_->err != 0) return fault_of(*context_);
  if (url.is_tls) {
    if (auto fault = start_tls(url, ca_file)) return fault;
  }
  return sign_in(url);
}

std::optional<RedisConnection::Fault> RedisConnection::start_tls(
    const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file) {
  const std::string ca = ca_file ? ca_file->string() : std::string{};
  redisSSLOptions options{};
  options.cacert_filename = ca_file ? ca.c_str() : nullptr;
  options.server_name = url.host.c_str();
  options.verify_name = url.host.c_str();
  options.verify_mode = REDIS_SSL_VERIFY_PEER;
  redisSSLContextError error = REDIS_SSL_CTX_NONE;
  tls_.reset(redisCreateSSLContextWithOptions(&options, &error));
  if (!tls_) return fmt::format("TLS to Redis cannot be set up: {}", redisSSLContextGetError(error));
  if (redisInitiateSSLWithContext(context_.get(), tls_.get()) != REDIS_OK) return fault_of(*context_);
  return std::nullopt;
}

std::optional<RedisConnection::Fault> RedisConnection::sign_in(const RedisUrl& url) {
  const auto said = [this](std::span<const std::string_view> parts) -> std::optional<Fault> {
    const Reply reply = ask(*context_, parts);
    if (!reply) return fault_of(*context_);
    if (reply->type == REDIS_REPLY_ERROR) return fault_of_error(*reply);
    return std::nullopt;
  };
  const std::array<std::string_view, 3> with_user{"AUTH", url.user, url.password};
  const std::array<std::string_view, 2> with_password{"AUTH", url.password};
  if (!url.password.empty()) {
    auto fault = url.user.empty() ? said(with_password) : said(with_user);
    if (fault) return fault;
  }
  if (url.database == 0) return std::nullopt;
  const std::string number = fmt::format("{}", url.database);
  const std::array<std::string_view, 2> select{"SELECT", number};
  return said(select);
}

std::expected<std::optional<std::string>, std::string> RedisConnection::get(std::string_view key,
                                                                            std::size_t most) {
  const std::string last = fmt::format("{}", most - 1);
  const std::array<std::string_view, 4> command{"GETRANGE", key, "0", last};
  const Reply reply = ask(*context_, command);
  if (!reply) return std::unexpected{fault_of(*context_)};
  switch (reply->type) {
    case REDIS_REPLY_STRING:
      if (reply->len == 0) return std::nullopt;
      return std::string{reply->str, reply->len};
    case REDIS_REPLY_ERROR:
      return std::unexpected{fault_of_error(*reply)};
    default:
      return std::unexpected{std::string{"Redis answered with something other than a string"}};
  }
}

bool RedisConnection::is_lost() const {
  return context_->err != 0;
}

bool RedisConnection::has_timed_out() const {
  return context_->err == REDIS_ERR_TIMEOUT;
}

}  // namespace drawbridge::redis
