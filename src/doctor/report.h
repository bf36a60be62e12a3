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
  /// When one of `explained_by`, wherever it is in the catalogue, is a fault as well, that is the root and
  /// this one is not told: an issuer fails with 500, for example, and its database lacks a table. None of
  /// those may be explained by another.
  void fault(std::string_view id, std::string summary, std::string cause, std::string remedy,
             std::vector<std::string_view> explained_by = {});
  /// Not checked, and what depends on it neither: `because` says why, or what to give so that it can be.
  void leave(std::string_view id, std::string because);

  /// Whether the check was judged and found good, or good enough for what builds on it.
  bool stands(std::string_view id) const;

  bool is_at_fault(std::string_view id) const;

  /// Why something that needs this check, which does not stand, cannot be looked at.
  std::string why_without(std::string_view id) const;

  /// Whether all that this check needs stands, so that it can be judged.
  bool may_check(std::string_view id) const;

  /// Every check of the catalogue, in its order. Throws std::logic_error for one that could have been judged
  /// and was not.
  std::vector<Check> checks() const;

 private:
  struct Verdict {
    Check check;
    std::vector<std::string_view> explained_by;
  };

  void judge(Check check, std::vector<std::string_view> explained_by = {});
  const Verdict* find(std::string_view id) const;
  std::string_view root_of(const Verdict& verdict) const;
  Check told(const Verdict& verdict) const;
  std::string why_not(std::string_view id) const;

  bool production_;
  std::map<std::string_view, Verdict> judged_;
};

/// Whether there is no fault.
bool is_healthy(const std::vector<Check>& checks);

}  // namespace drawbridge::doctor
