#pragma once

// How rows and pages of them are written as JSON.

#include "core/text/json_writer.h"
#include "store/store.h"

namespace drawbridge::store {

// Beside the types, where append_json() of a vector finds them.
void append_json(std::string& out, const Tag& tag);
void append_json(std::string& out, const Task& task);

}  // namespace drawbridge::store

namespace drawbridge::http {

template <class T>
std::string row_json(const T& row) {
  std::string out;
  append_json(out, row);
  return out;
}

/// `{"items","total","page","limit","pages"}`
template <class T>
std::string page_json(const store::Page<T>& page, const store::PageRequest& request) {
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
