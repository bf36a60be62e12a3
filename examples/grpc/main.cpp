// A gRPC server whose one method is for signed-in users, by a token or an API key in the call's metadata.
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <drawbridge/authenticator.h>
#include <grpcpp/grpcpp.h>

#include "notes.grpc.pb.h"

static std::vector<std::string_view> all(const grpc::ServerContext& call, const char* name) {
  std::vector<std::string_view> values;
  const auto [first, end] = call.client_metadata().equal_range(name);
  for (auto each = first; each != end; ++each) values.emplace_back(each->second.data(), each->second.size());
  return values;
}

/// Of "ipv4:203.0.113.7:50312" or "ipv6:%5B2001:db8::7%5D:50312" the address alone: one client may have many
/// ports.
static std::string address_of(const std::string& peer) {
  const auto from = peer.find(':') + 1, to = peer.rfind(':');
  const std::string host = peer.substr(from, to > from ? to - from : std::string::npos);
  return host.starts_with("%5B") ? host.substr(3, host.size() - 6) : host;
}

static grpc::StatusCode status_of(int http_status) {
  switch (http_status) {
    case 401:
      return grpc::StatusCode::UNAUTHENTICATED;
    case 403:
      return grpc::StatusCode::PERMISSION_DENIED;
    case 429:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    default:
      return grpc::StatusCode::UNAVAILABLE;  // no key set, or Better Auth does not answer: the call can be
                                             // made again
  }
}

/// Who calls, or the status to end the call with: its details are the problem document of HTTP (RFC 9457).
static std::expected<drawbridge::Identity, grpc::Status> caller_of(const grpc::ServerContext& call,
                                                                   drawbridge::Authenticator& authenticator) {
  const auto tokens = all(call, "authorization"), keys = all(call, "x-api-key");
  auto identity =
      authenticator.authenticate({tokens, {}, keys, {}, {}, "POST", false, address_of(call.peer())});
  if (identity) return *std::move(identity);
  const drawbridge::AuthError& error = identity.error();
  return std::unexpected{grpc::Status{status_of(drawbridge::http_status(error.code)), error.detail,
                                      drawbridge::problem_json(error)}};
}

class NotesService final : public notes::Notes::Service {
 public:
  explicit NotesService(drawbridge::Authenticator& authenticator) : authenticator_{authenticator} {}

  grpc::Status List(grpc::ServerContext* call, const notes::ListRequest*, notes::ListReply* reply) override {
    const auto caller = caller_of(*call, authenticator_);
    if (!caller) return caller.error();
    reply->set_text("Notes of " + caller->subject() + "\n");  // only this user's
    return grpc::Status::OK;
  }

 private:
  drawbridge::Authenticator& authenticator_;
};

int main(int argc, char** argv) {
  const std::string origin = argc > 1 ? argv[1] : "http://localhost:3000";  // Better Auth's baseURL
  const std::string reached_at = argc > 2 ? argv[2] : origin;               // the same, from this machine
  drawbridge::Authenticator authenticator{{origin, origin},
                                          {.jwks_url = reached_at + "/api/auth/jwks"},
                                          {.kinds = {.token = true, .key = true}, .base_url = reached_at}};
  NotesService service{authenticator};
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string{"127.0.0.1:"} + (argc > 3 ? argv[3] : "50051"),
                           grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;  // gRPC has said why
  server->Wait();
}
