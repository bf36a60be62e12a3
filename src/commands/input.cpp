#include "commands/input.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace drawbridge::app {
namespace {

using Fault = std::unexpected<std::string>;

Fault cannot_be_read(int error) {
  return Fault{"cannot be read: " + std::generic_category().message(error)};
}

/// At most `max_size` bytes, from where the file stands.
std::expected<std::string, std::string> read_bytes(std::FILE* file, std::size_t max_size) {
  std::string content;
  std::array<char, 16'384> buffer{};
  while (content.size() < max_size) {
    const std::size_t wanted = std::min(buffer.size(), max_size - content.size());
    const std::size_t size = std::fread(buffer.data(), 1, wanted, file);
    content.append(buffer.data(), size);
    if (size < wanted) break;
  }
  if (std::ferror(file) != 0) return cannot_be_read(errno);
  return content;
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t max_size) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file{std::fopen(path.c_str(), "rbe"), close};
  if (!file) return cannot_be_read(errno);
  auto content = read_bytes(file.get(), max_size + 1);
  if (content && content->size() > max_size) return Fault{fmt::format("is larger than {} bytes", max_size)};
  return content;
}

std::expected<std::string, std::string> read_standard_input(std::size_t max_size) {
  constexpr std::size_t line_end = 2;
  auto text = read_bytes(stdin, max_size + line_end + 1);
  if (text && text->ends_with('\n')) {
    text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
  }
  return text;
}

}  // namespace drawbridge::app
