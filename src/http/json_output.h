#pragma once

// How rows and pages of them are written as JSON. Compiles Boost.JSON; included by the *_json.cpp files only.

#include <optional>
#include <string>

#include <boost/json.hpp>

#include "store/store.h"

namespace drawbridge::http {

/// Where the values of one answer live until they are text: one block, given back as a whole.
using JsonArena = boost::json::monotonic_resource;

template <class T>
boost::json::value json_or_null(const std::optional<T>& value, const boost::json::storage_ptr& arena) {
  return value ? boost::json::value(*value, arena) : boost::json::value(nullptr);
}

boost::json::object json_of(const store::Tag& tag, const boost::json::storage_ptr& arena);
boost::json::object json_of(const store::Task& task, const boost::json::storage_ptr& arena);

/// `{"items","total","page","limit","pages"}`
template <class T>
std::string page_json(const store::Page<T>& page, const store::PageRequest& request) {
  JsonArena resource;
  const boost::json::storage_ptr arena{&resource};
  boost::json::array items(arena);
  items.reserve(page.items.size());
  for (const auto& item : page.items) items.emplace_back(json_of(item, arena));
  return boost::json::serialize(
      boost::json::object{{{"items", std::move(items)},
                           {"total", page.total},
                           {"page", request.page},
                           {"limit", request.limit},
                           {"pages", (page.total + request.limit - 1) / request.limit}},
                          arena});
}

}  // namespace drawbridge::http
