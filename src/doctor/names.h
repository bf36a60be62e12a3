#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/algorithm.h"

namespace drawbridge::doctor {

/// "1 key", "3 keys".
std::string counted(std::size_t count, std::string_view thing);

/// The first five, and how many more there are.
std::string first_names(const std::vector<std::string>& names);

/// "EdDSA, ES256"
std::string names_of(std::span<const Algorithm> algorithms);

/// Whether this URL or origin names this machine, by its loopback.
bool is_of_this_machine(std::string_view origin);

}  // namespace drawbridge::doctor
