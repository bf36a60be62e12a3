#include <drawbridge/remote_verifier.h>
#include <httplib.h>

static void refuse(httplib::Response& response, const drawbridge::AuthError& error) {
  response.status = drawbridge::http_status(error.code);
  response.set_header("WWW-Authenticate", drawbridge::www_authenticate(error.code));
  if (error.retry_after) response.set_header("Retry-After", std::to_string(error.retry_after->count()));
  response.set_content(drawbridge::problem_json(error), "application/problem+json");
}

int main(int argc, char** argv) {
  const std::string origin = argc > 1 ? argv[1] : "http://localhost:3000";  // Better Auth's baseURL
  const std::string jwks_url = argc > 2 ? argv[2] : origin + "/api/auth/jwks";
  drawbridge::RemoteVerifier verifier{drawbridge::Policy{origin, origin}, {.jwks_url = jwks_url}};

  httplib::Server server;
  server.Get("/notes", [&](const httplib::Request& request, httplib::Response& response) {
    const auto identity = verifier.authenticate(request.get_header_value("Authorization"));
    if (!identity) return refuse(response, identity.error());
    response.set_content("Notes of " + identity->subject() + "\n", "text/plain");  // only this user's
  });
  server.listen("127.0.0.1", argc > 3 ? std::stoi(argv[3]) : 8080);
}
