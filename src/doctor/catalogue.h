#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace drawbridge::doctor {

/// One thing that the doctor looks at.
struct CheckKind {
  std::string_view id;        ///< stable, `group.name`; part of `doctor --json`
  std::string_view looks_at;  ///< one line, for docs/troubleshooting.md
  /// What must stand before this can be checked; each is earlier in the catalogue.
  std::vector<std::string_view> needs;
};

/// Every check, in the order in which they are made and told.
std::span<const CheckKind> all_checks();

}  // namespace drawbridge::doctor
