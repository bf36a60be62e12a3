#pragma once

// Writing JSON (RFC 8259) straight into a string, for what is answered thousands of times a second: building
// a tree of values first takes as long as reading the rows did. Each append_json() appends one value.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drawbridge {

/// A string; the text is UTF-8.
void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, std::int64_t number);
/// Any other type that becomes a bool, a pointer for one, would be a mistake.
void append_json(std::string& out, std::same_as<bool> auto value) {
  out += value ? "true" : "false";
}
/// `"2026-11-23T10:00:00.000Z"`
void append_json(std::string& out, std::chrono::sys_time<std::chrono::milliseconds> time);

template <class T>
void append_json(std::string& out, const std::vector<T>& values) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_json(out, values[i]);
  }
  out += ']';
}

/// An object of what the map holds.
template <class T>
void append_json(std::string& out, const std::map<std::string, T, std::less<>>& members) {
  out += '{';
  for (const auto& [name, value] : members) {
    if (out.back() != '{') out += ',';
    append_json(out, std::string_view{name});
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

/// null where there is none.
template <class T>
void append_json(std::string& out, const std::optional<T>& value) {
  if (value) {
    append_json(out, *value);
  } else {
    out += "null";
  }
}

/// An object, member by member; whole after each. Names are plain ASCII literals.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_{out} { out_ += "{}"; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  template <class T>
  JsonObject& member(std::string_view name, const T& value) {
    out_.pop_back();  // a destructor that added the brace could not report that there is no memory
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
    append_json(out_, value);
    out_ += '}';
    return *this;
  }

 private:
  std::string& out_;
};

}  // namespace drawbridge
