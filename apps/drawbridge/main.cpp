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

}  // namespace
}  // namespace drawbridge::app

int main(int argc, char** argv) {
  using namespace drawbridge::app;
  return run_program(argc, argv,
                     {add_commands, std::string{serve_example} + token_examples + migrate_examples});
}
