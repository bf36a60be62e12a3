#pragma once

#include <span>
#include <string>
#include <string_view>

namespace drawbridge::api {

/// A file of the page at `/docs`. All of it is in the program, as long as that runs.
struct DocsFile {
  std::string_view name;  ///< as the page asks for it below `/docs/`; empty for the page itself
  std::string_view content_type;
  std::string_view bytes;
  std::string_view compressed;  ///< the same by gzip
  std::string hash;             ///< of the bytes
};

/// The page itself, in HTML.
const DocsFile& docs_page();

/// What the page loads.
std::span<const DocsFile> docs_files();

}  // namespace drawbridge::api
