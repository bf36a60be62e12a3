#pragma once

#include <string>
#include <string_view>

namespace drawbridge::test {

/// An object of so many members, `{"0":0,"1":0}`, each with this value.
inline std::string object_of(int members, std::string_view value = "0") {
  std::string text{"{"};
  for (int i = 0; i < members; ++i) {
    if (i > 0) text += ',';
    text.append("\"").append(std::to_string(i)).append("\":").append(value);
  }
  return text + '}';
}

}  // namespace drawbridge::test
