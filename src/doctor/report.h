#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/check.h"

namespace drawbridge::doctor {

/// The verdicts of one visit, each given once. What nobody judged follows from the catalogue: a check that
/// needs another which does not stand is "not checked", because of the fault at the root. So a fault is
/// reported once.
class Report {
 public:
  /// With `production`, the checks of the group `production` belong to it as well.
  explicit Report(bool production = false) : production_{production} {}

  void ok(std::string_view id, std::string summary);
  void warning(std::string_view id, std::string summary, std::string cause, std::string remedy);
  void fault(std::string_view id, std::string summary, std::string cause, std::string remedy);
  /// Not checked, and what depends on it neither: `because` is the end of "not checked, because …".
  void leave(std::string_view id, std::string because);

  /// Whether the check was judged and found good, or good enough for what builds on it.
  bool stands(std::string_view id) const;

  /// Whether all that this check needs stands, so that it can be judged.
  bool may_check(std::string_view id) const;

  /// Every check of the catalogue, in its order. Throws std::logic_error for one that could have been judged
  /// and was not.
  std::vector<Check> checks() const;

 private:
  void judge(Check check);
  const Check* find(std::string_view id) const;
  std::string why_not(std::string_view id) const;

  bool production_;
  std::map<std::string_view, Check> judged_;
};

/// Whether there is no fault.
bool is_healthy(const std::vector<Check>& checks);

}  // namespace drawbridge::doctor
