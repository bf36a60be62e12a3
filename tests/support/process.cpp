#include "tests/support/process.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drawbridge::test {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {
    if (number_ < 0) throw std::system_error{errno, std::generic_category(), "open"};
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

File temporary_file(const std::string& content) {
  File file{std::tmpfile()};
  if (!file || std::fwrite(content.data(), 1, content.size(), file.get()) != content.size())
    throw std::system_error{errno, std::generic_category(), "tmpfile"};
  std::rewind(file.get());
  return file;
}

std::string content_of(std::FILE* file) {
  std::string content;
  std::array<char, 4096> buffer{};
  std::rewind(file);
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file))
    content.append(buffer.data(), size);
  return content;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t start(const std::string& program, const Invocation& invocation, const std::array<int, 3>& streams) {
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), invocation.arguments.begin(), invocation.arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : invocation.environment) variables.push_back(name + '=' + value);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int stream = 0; stream < 3; ++stream)
    posix_spawn_file_actions_adddup2(&actions, streams.at(static_cast<std::size_t>(stream)), stream);
  pid_t process = 0;
  const int error = posix_spawn(&process, program.c_str(), &actions, nullptr, pointers_to(arguments).data(),
                                pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error{error, std::generic_category(), program};
  return process;
}

int exit_status_of(pid_t process) {
  int status = 0;
  if (waitpid(process, &status, 0) != process)
    throw std::system_error{errno, std::generic_category(), "waitpid"};
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Outcome run_program(const std::string& program, const Invocation& invocation) {
  const File in = temporary_file(invocation.input);
  const File out = invocation.output_file.empty() ? temporary_file("")
                                                  : File{std::fopen(invocation.output_file.c_str(), "w")};
  const File err = temporary_file("");
  if (!out) throw std::system_error{errno, std::generic_category(), invocation.output_file};
  const int status =
      exit_status_of(start(program, invocation, {fileno(in.get()), fileno(out.get()), fileno(err.get())}));
  return {status, invocation.output_file.empty() ? content_of(out.get()) : "", content_of(err.get())};
}

Outcome run_on_terminal(const std::string& program, const Invocation& invocation) {
  const Descriptor ours{posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  std::array<char, 128> name{};
  if (grantpt(ours.number()) != 0 || unlockpt(ours.number()) != 0 ||
      ptsname_r(ours.number(), name.data(), name.size()) != 0)
    throw std::system_error{errno, std::generic_category(), "terminal"};
  constexpr char end_of_input = '\x04';
  if (::write(ours.number(), &end_of_input, 1) != 1)
    throw std::system_error{errno, std::generic_category(), "terminal"};
  pid_t process = 0;
  {
    const Descriptor theirs{::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    process = start(program, invocation, {theirs.number(), theirs.number(), theirs.number()});
  }
  std::string shown;
  std::array<char, 4096> buffer{};
  // The read fails once the program, the terminal's last user, has ended.
  for (ssize_t size = 0; (size = ::read(ours.number(), buffer.data(), buffer.size())) > 0;)
    shown.append(buffer.data(), static_cast<std::size_t>(size));
  return {exit_status_of(process), shown, ""};
}

}  // namespace drawbridge::test
