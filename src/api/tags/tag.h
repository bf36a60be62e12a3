#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace drawbridge::api {

struct Tag {
  std::int64_t id;
  std::string name;
  std::optional<std::string> color;  ///< `#RRGGBB`
};

struct NewTag {
  std::string name{};
  std::optional<std::string> color{};
};

/// What a PATCH changes. Outer optional: absent leaves the value; inner optional: null clears it.
struct TagChange {
  std::optional<std::string> name{};
  std::optional<std::optional<std::string>> color{};
};

}  // namespace drawbridge::api
