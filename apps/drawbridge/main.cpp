#include "commands.h"
#include "commands/command_line.h"

namespace drawbridge::app {
namespace {

void add_commands(CLI::App& app, int& status) {
  add_serve(app, status);
  add_ready(app, status);
  add_jwks(app, status);
  add_token(app, status);
  add_migrate(app, status);
  add_doctor(app, status);
}

constexpr const char* serve_example =
    "Serve the tasks API\n"
    "  BETTER_AUTH_URL=http://localhost:3000 drawbridge serve\n\n";

constexpr const char* migrate_examples =
    "Prepare the database\n"
    "  drawbridge migrate status\n"
    "  drawbridge migrate up\n\n";

constexpr const char* first_steps =
    "Start your front end with Better Auth, then find out what is missing between it and your backend. On "
    "this machine, each report ends with the command to run next:\n\n"
    "  drawbridge doctor --better-auth-url http://localhost:3000\n\n"
    "To prepare Better Auth's database, and to serve the tasks API on it:\n\n"
    "  drawbridge migrate up --database-url sqlite:FILE\n"
    "  drawbridge serve --better-auth-url http://localhost:3000 --database-url sqlite:FILE\n\n"
    "`drawbridge --help` lists every command.\n";

}  // namespace
}  // namespace drawbridge::app

int main(int argc, char** argv) {
  using namespace drawbridge::app;
  return run_program(
      argc, argv,
      {add_commands, std::string{serve_example} + token_examples + migrate_examples, first_steps});
}
