#pragma once

#include <map>
#include <string>
#include <vector>

namespace drawbridge::test {

/// How a program is started. It gets these variables and no others.
struct Invocation {
  std::vector<std::string> arguments{};
  std::string input{};  ///< what standard input holds
  std::map<std::string, std::string> environment{};
  std::string output_file{};  ///< where standard output goes instead, for example /dev/full
};

struct Outcome {
  int status;  ///< the exit status; 128 and more for an end by a signal
  std::string out;
  std::string err;
};

/// Runs a program to its end. Its streams are files, so that it never waits for us. Throws
/// std::system_error when it cannot be started.
Outcome run_program(const std::string& program, const Invocation& invocation);

/// Runs a program to its end with all three streams on a terminal, where somebody types Ctrl-D; `out` holds
/// what the terminal showed.
Outcome run_on_terminal(const std::string& program, const Invocation& invocation);

}  // namespace drawbridge::test
