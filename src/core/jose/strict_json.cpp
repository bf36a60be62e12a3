#include "core/jose/strict_json.h"

#include <algorithm>
#include <vector>

#include "core/errors/hints.h"

namespace drawbridge {
namespace {

JsonFault members_fault(simdjson::dom::object object) {
  if (object.size() > max_json_members) return "has an object with over 1,000 members";
  std::vector<std::string_view> names;
  names.reserve(object.size());
  for (const auto field : object) names.push_back(field.key);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return "has the member \"" + display_text(*twice) + "\" twice";
}

}  // namespace

JsonFault strict_json_fault(simdjson::dom::element element, int depth) {
  simdjson::dom::object object;
  if (element.get(object) == simdjson::SUCCESS) {
    if (depth > max_json_depth) return "is nested too deeply";
    if (auto fault = members_fault(object); !fault.empty()) return fault;
    for (const auto field : object)
      if (auto fault = strict_json_fault(field.value, depth + 1); !fault.empty()) return fault;
    return {};
  }
  simdjson::dom::array array;
  if (element.get(array) == simdjson::SUCCESS) {
    if (depth > max_json_depth) return "is nested too deeply";
    for (const auto item : array)
      if (auto fault = strict_json_fault(item, depth + 1); !fault.empty()) return fault;
  }
  return {};
}

std::expected<simdjson::dom::object, JsonFault> parse_strict_object(simdjson::dom::parser& parser,
                                                                    std::string_view text) {
  simdjson::dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root); error != simdjson::SUCCESS)
    return std::unexpected{error == simdjson::UTF8_ERROR ? "is not valid UTF-8" : "is not valid JSON"};
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return std::unexpected{"is not a JSON object"};
  if (auto fault = strict_json_fault(root); !fault.empty()) return std::unexpected{std::move(fault)};
  return object;
}

std::optional<simdjson::dom::element> member(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element element;
  if (object.at_key(name).get(element) != simdjson::SUCCESS) return std::nullopt;
  return element;
}

std::optional<std::string_view> string_of(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::string_view> string_member(simdjson::dom::object object, std::string_view name) {
  const auto element = member(object, name);
  return element ? string_of(*element) : std::nullopt;
}

}  // namespace drawbridge
