#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace drawbridge::app {

/// The whole content of a file, a pipe among them, of at most `max_size` bytes. The error is the end of a
/// sentence that names the file: "cannot be read: No such file or directory".
std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t max_size);

/// All of standard input, without the one line end that what is piped in usually has; of more than `max_size`
/// bytes so many and a few, the rest stays unread.
std::expected<std::string, std::string> read_standard_input(std::size_t max_size);

}  // namespace drawbridge::app
