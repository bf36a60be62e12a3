#include "commands/environment_names.h"

#include <string_view>

#if defined(__APPLE__)
#include <crt_externs.h>
#else
#include <unistd.h>
#endif

namespace drawbridge::app {

std::vector<std::string> names_in_environment() {
#if defined(__APPLE__)
  char** variable = *_NSGetEnviron();  // a library sees no `environ` there
#else
  char** variable = environ;
#endif
  std::vector<std::string> names;
  for (; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace drawbridge::app
