#include "api/docs/docs_files.h"

#include <array>

// The assembler puts a file into the program, and a function gives its bytes: as a C++ array, the
// viewer's 1.7 MB would take longer to compile than all the rest of this folder. CMakeLists.txt names the two
// folders, and the files on which this one depends.
// clang-format off
#define DRAWBRIDGE_EMBED(name, path)                                                               \
  extern "C" const char drawbridge_##name##_begin[];                                               \
  extern "C" const char drawbridge_##name##_end[];                                                 \
  asm(".pushsection .rodata\n"                                                                     \
      "drawbridge_" #name "_begin: .incbin \"" path "\"\n"                                         \
      "drawbridge_" #name "_end:\n"                                                                \
      ".popsection\n");                                                                            \
  static std::string_view name() { return {drawbridge_##name##_begin, drawbridge_##name##_end}; }
// clang-format on

DRAWBRIDGE_EMBED(page_html, DRAWBRIDGE_DOCS_PAGE "/docs.html")
DRAWBRIDGE_EMBED(page_css, DRAWBRIDGE_DOCS_PAGE "/docs.css")
DRAWBRIDGE_EMBED(page_js, DRAWBRIDGE_DOCS_PAGE "/docs.js")
DRAWBRIDGE_EMBED(viewer_css, DRAWBRIDGE_SWAGGER_UI "/swagger-ui.css")
DRAWBRIDGE_EMBED(viewer_js, DRAWBRIDGE_SWAGGER_UI "/swagger-ui-bundle.js")
DRAWBRIDGE_EMBED(viewer_license, DRAWBRIDGE_SWAGGER_UI "/LICENSE")
DRAWBRIDGE_EMBED(viewer_notice, DRAWBRIDGE_SWAGGER_UI "/NOTICE")
DRAWBRIDGE_EMBED(viewer_parts_licenses, DRAWBRIDGE_SWAGGER_UI "/swagger-ui-bundle.js.LICENSE.txt")

namespace drawbridge::api {
namespace {

constexpr std::string_view css = "text/css; charset=utf-8";
constexpr std::string_view javascript = "text/javascript; charset=utf-8";  // RFC 9239
constexpr std::string_view plain_text = "text/plain; charset=utf-8";

}  // namespace

std::string_view docs_page() {
  return page_html();
}

std::span<const DocsFile> docs_files() {
  static const std::array files{
      DocsFile{"docs.css", css, page_css()},
      DocsFile{"docs.js", javascript, page_js()},
      DocsFile{"swagger-ui.css", css, viewer_css()},
      DocsFile{"swagger-ui-bundle.js", javascript, viewer_js()},
      DocsFile{"swagger-ui-LICENSE.txt", plain_text, viewer_license()},
      DocsFile{"swagger-ui-NOTICE.txt", plain_text, viewer_notice()},
      DocsFile{"swagger-ui-bundle.js.LICENSE.txt", plain_text, viewer_parts_licenses()},
  };
  return files;
}

}  // namespace drawbridge::api
