#include "drawbridge/algorithm.h"

#include <algorithm>
#include <array>
#include <utility>

namespace drawbridge {
namespace {

constexpr std::array<std::pair<Algorithm, std::string_view>, 11> names{{
    {Algorithm::eddsa, "EdDSA"},
    {Algorithm::ed25519, "Ed25519"},
    {Algorithm::es256, "ES256"},
    {Algorithm::es384, "ES384"},
    {Algorithm::es512, "ES512"},
    {Algorithm::rs256, "RS256"},
    {Algorithm::rs384, "RS384"},
    {Algorithm::rs512, "RS512"},
    {Algorithm::ps256, "PS256"},
    {Algorithm::ps384, "PS384"},
    {Algorithm::ps512, "PS512"},
}};

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  for (const auto& [candidate, name] : names)
    if (candidate == algorithm) return name;
  std::unreachable();
}

std::optional<Algorithm> algorithm_named(std::string_view alg) {
  for (const auto& [candidate, name] : names)
    if (name == alg) return candidate;
  return std::nullopt;
}

bool accepts(std::span<const Algorithm> accepted, Algorithm algorithm) {
  const auto lists = [&](Algorithm one) { return std::ranges::find(accepted, one) != accepted.end(); };
  return lists(algorithm) || (algorithm == Algorithm::ed25519 && lists(Algorithm::eddsa));
}

}  // namespace drawbridge
