// drawbridge ready [HOST:PORT]

#include <string>

#include <fmt/format.h>

#include "commands.h"
#include "commands/terminal.h"
#include "core/errors/hints.h"
#include "issuer/http_call.h"
#include "server_settings.h"

namespace drawbridge::app {
namespace {

/// A server that listens on every address of the machine is asked on its own.
std::string asked_host(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

int ask(const std::string& text) {
  const auto address = address_of(text);
  if (!address || address->port == 0) {
    complain(fmt::format("{} is not a host and a port, for example 127.0.0.1:8000", display_text(text)));
    return exit_usage;
  }
  const std::string host = asked_host(address->host);
  const std::string url = fmt::format("http://{}:{}/readyz", host, address->port);
  KeySource rules;
  rules.allow_http_hosts = {host};
  const auto answer = fetch::call_http({.url = url}, rules);
  if (!answer) {
    complain(fmt::format("{} did not answer: {}", url, answer.error()));
    return exit_unreachable;
  }
  print(fmt::format("{}\n", display_text(answer->body, 1024)));
  return answer->status == 200 ? exit_good : exit_not_good;
}

}  // namespace

void add_ready(CLI::App& app, int& status) {
  CLI::App* const command =
      app.add_subcommand("ready", "Ask a running API whether it has its keys and its database");
  command->footer(
      "For the health check of a container or a service: it prints what GET /readyz answers, within five "
      "seconds.\n\n"
      "Exit status: 0 ready, 1 not ready, 2 wrong usage, 3 no answer.");
  CLI::Option* const place = command->add_option("address")
                                 ->type_name("HOST:PORT")
                                 ->envname("DRAWBRIDGE_LISTEN")
                                 ->description("Where the API listens; default: 127.0.0.1:8000");
  command->callback(
      [place, &status] { status = ask(place->count() > 0 ? place->as<std::string>() : "127.0.0.1:8000"); });
}

}  // namespace drawbridge::app
