#include "api/docs/docs_files.h"

#include <array>

#include <fmt/format.h>

#include "core/jose/sha256.h"

// The assembler puts a file into the program, and a function gives its bytes. Beside each stands what
// cmake/compressed_files.py made of it. CMakeLists.txt names the folders, and the files on which this one
// depends.
// clang-format off
#define DRAWBRIDGE_EMBED(name, path)                                                               \
  extern "C" const char drawbridge_##name##_begin[];                                               \
  extern "C" const char drawbridge_##name##_end[];                                                 \
  asm(".pushsection .rodata\n"                                                                     \
      "drawbridge_" #name "_begin: .incbin \"" path "\"\n"                                         \
      "drawbridge_" #name "_end:\n"                                                                \
      ".popsection\n");                                                                            \
  static std::string_view name() { return {drawbridge_##name##_begin, drawbridge_##name##_end}; }

#define DRAWBRIDGE_EMBED_BOTH(name, file)                                                          \
  DRAWBRIDGE_EMBED(name, DRAWBRIDGE_DOCS_PAGE "/" file)                                            \
  DRAWBRIDGE_EMBED(name##_gz, DRAWBRIDGE_DOCS_COMPRESSED "/" file ".gz")
// clang-format on

DRAWBRIDGE_EMBED_BOTH(page_html, "docs.html")
DRAWBRIDGE_EMBED_BOTH(page_css, "docs.css")
DRAWBRIDGE_EMBED_BOTH(page_js, "docs.js")

namespace drawbridge::api {
namespace {

constexpr std::string_view html = "text/html; charset=utf-8";
constexpr std::string_view css = "text/css; charset=utf-8";
constexpr std::string_view javascript = "text/javascript; charset=utf-8";  // RFC 9239

std::string hash_of(std::string_view bytes) {
  constexpr std::size_t telling = 16;  // no two of a handful of files, in any version, have so much in common
  std::string hash;
  const auto digest = sha256(bytes);
  for (const std::uint8_t byte : std::span{digest}.first(telling)) hash += fmt::format("{:02x}", byte);
  return hash;
}

DocsFile file(std::string_view name, std::string_view content_type, std::string_view bytes,
              std::string_view compressed) {
  return {.name = name,
          .content_type = content_type,
          .bytes = bytes,
          .compressed = compressed,
          .hash = hash_of(bytes)};
}

}  // namespace

const DocsFile& docs_page() {
  static const DocsFile page = file("", html, page_html(), page_html_gz());
  return page;
}

std::span<const DocsFile> docs_files() {
  static const std::array files{
      file("docs.css", css, page_css(), page_css_gz()),
      file("docs.js", javascript, page_js(), page_js_gz()),
  };
  return files;
}

}  // namespace drawbridge::api
