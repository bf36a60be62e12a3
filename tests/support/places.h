#pragma once

#include <filesystem>

namespace drawbridge::test {

/// The root of the repository that the tests were compiled in: an absolute path. It is compiled into one
/// file, so that a compiler's cache answers for all others in every clone.
std::filesystem::path source_folder();

}  // namespace drawbridge::test
