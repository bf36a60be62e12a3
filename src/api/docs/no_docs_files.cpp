#include "api/docs/docs_files.h"

// In place of docs_files.cpp where DRAWBRIDGE_DOCS_VIEWER is off.
namespace drawbridge::api {

const DocsFile& docs_page() {
  static const DocsFile none;
  return none;
}

std::span<const DocsFile> docs_files() {
  return {};
}

}  // namespace drawbridge::api
