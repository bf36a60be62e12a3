#include <drawbridge/authenticator.h>
#include <httplib.h>

static std::vector<std::string_view> all(const httplib::Request& request, const char* header) {
  std::vector<std::string_view> values;
  const auto [first, end] = request.headers.equal_range(header);
  for (auto each = first; each != end; ++each) values.emplace_back(each->second);
  return values;
}

static void refuse(httplib::Response& response, const drawbridge::AuthError& error) {
  response.status = drawbridge::http_status(error.code);
  if (const auto challenge = drawbridge::www_authenticate(error.code); !challenge.empty())
    response.set_header("WWW-Authenticate", challenge);
  if (error.retry_after) response.set_header("Retry-After", std::to_string(error.retry_after->count()));
  response.set_content(drawbridge::problem_json(error), "application/problem+json");
}

int main(int argc, char** argv) {
  const std::string origin = argc > 1 ? argv[1] : "http://localhost:3000";  // Better Auth's baseURL
  const std::string reached_at = argc > 2 ? argv[2] : origin;               // the same, from this machine
  drawbridge::Authenticator authenticator{
      {origin, origin},
      {.jwks_url = reached_at + "/api/auth/jwks"},
      {.kinds = {.token = true, .session = true, .key = true},
       .base_url = reached_at,
       .allowed_origins = {origin}}};  // whose pages may change something with the session cookie

  const auto notes = [&](const httplib::Request& request, httplib::Response& response) {
    const auto tokens = all(request, "Authorization"), cookies = all(request, "Cookie"),
               keys = all(request, "x-api-key"), origins = all(request, "Origin"),
               sites = all(request, "Sec-Fetch-Site");
    const auto identity = authenticator.authenticate(
        {tokens, cookies, keys, origins, sites, request.method, false, request.remote_addr});
    response.set_header("Cache-Control", "private, no-store");
    if (!identity) return refuse(response, identity.error());
    response.set_content("Notes of " + identity->subject() + "\n", "text/plain");  // only this user's
  };
  httplib::Server server;
  server.Get("/notes", notes).Post("/notes", notes);
  server.listen("127.0.0.1", argc > 3 ? std::stoi(argv[3]) : 8080);
}
