#pragma once

// How rows and pages of them are written as JSON.

#include "core/text/json_writer.h"
#include "database/page.h"

namespace drawbridge::http {

template <class T>
std::string row_json(const T& row) {
  std::string out;
  append_json(out, row);
  return out;
}

/// `{"items","total","page","limit","pages"}`
template <class T>
std::string page_json(const database::Page<T>& page, const database::PageRequest& request) {
  constexpr std::size_t usual_row = 512;
  std::string out;
  out.reserve(usual_row * (page.items.size() + 1));
  JsonObject{out}
      .member("items", page.items)
      .member("total", page.total)
      .member("page", request.page)
      .member("limit", request.limit)
      .member("pages", (page.total + request.limit - 1) / request.limit);
  return out;
}

}  // namespace drawbridge::http
