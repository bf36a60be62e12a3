#include "doctor/names.h"

#include <algorithm>

#include <fmt/format.h>

namespace drawbridge::doctor {
namespace {

constexpr std::size_t shown = 5;

}  // namespace

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string first_names(const std::vector<std::string>& names) {
  const std::span first{names.data(), std::min(names.size(), shown)};
  std::string text = fmt::format("{}", fmt::join(first, ", "));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string names_of(std::span<const Algorithm> algorithms) {
  std::vector<std::string_view> names;
  for (const Algorithm algorithm : algorithms) names.push_back(name_of(algorithm));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_of_this_machine(std::string_view origin) {
  const auto host = origin.substr(std::min(origin.size(), origin.find("://") + 3));
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
}

}  // namespace drawbridge::doctor
