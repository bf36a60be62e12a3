#include "doctor/report.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "doctor/catalogue.h"

namespace drawbridge::doctor {
namespace {

constexpr std::string_view production_group = "production.";

const CheckKind& kind_of(std::string_view id) {
  const auto kinds = all_checks();
  const auto kind = std::ranges::find(kinds, id, &CheckKind::id);
  if (kind == kinds.end()) throw std::logic_error{"the catalogue has no check " + std::string{id}};
  return *kind;
}

Check not_checked(std::string_view id, std::string because) {
  return {
      .id = id, .status = CheckStatus::not_checked, .summary = std::move(because), .cause = {}, .remedy = {}};
}

std::string because_of(std::string_view fault) {
  return "because of the fault " + std::string{fault};
}

}  // namespace

std::string_view name_of(CheckStatus status) {
  switch (status) {
    case CheckStatus::ok:
      return "ok";
    case CheckStatus::warning:
      return "warning";
    case CheckStatus::fault:
      return "fault";
    case CheckStatus::not_checked:
      return "not_checked";
  }
  std::unreachable();
}

void Report::ok(std::string_view id, std::string summary) {
  judge({.id = id, .status = CheckStatus::ok, .summary = std::move(summary), .cause = {}, .remedy = {}});
}

void Report::warning(std::string_view id, std::string summary, std::string cause, std::string remedy) {
  judge({.id = id,
         .status = CheckStatus::warning,
         .summary = std::move(summary),
         .cause = std::move(cause),
         .remedy = std::move(remedy)});
}

void Report::fault(std::string_view id, std::string summary, std::string cause, std::string remedy,
                   std::vector<std::string_view> explained_by) {
  judge({.id = id,
         .status = CheckStatus::fault,
         .summary = std::move(summary),
         .cause = std::move(cause),
         .remedy = std::move(remedy)},
        std::move(explained_by));
}

void Report::leave(std::string_view id, std::string because) {
  judge(not_checked(id, std::move(because)));
}

void Report::judge(Check check, std::vector<std::string_view> explained_by) {
  const std::string_view id = kind_of(check.id).id;  // which lives as long as the program
  check.id = id;
  const bool is_new =
      judged_.emplace(id, Verdict{.check = std::move(check), .explained_by = std::move(explained_by)}).second;
  if (!is_new) throw std::logic_error{"a second verdict for the check " + std::string{id}};
}

const Report::Verdict* Report::find(std::string_view id) const {
  const auto found = judged_.find(id);
  return found == judged_.end() ? nullptr : &found->second;
}

bool Report::stands(std::string_view id) const {
  const Verdict* const verdict = find(id);
  return verdict != nullptr &&
         (verdict->check.status == CheckStatus::ok || verdict->check.status == CheckStatus::warning);
}

bool Report::is_at_fault(std::string_view id) const {
  const Verdict* const verdict = find(id);
  return verdict != nullptr && verdict->check.status == CheckStatus::fault;
}

bool Report::may_check(std::string_view id) const {
  return std::ranges::all_of(kind_of(id).needs, [&](std::string_view needed) { return stands(needed); });
}

/// Itself, unless a fault explains it.
std::string_view Report::root_of(const Verdict& verdict) const {
  for (const std::string_view id : verdict.explained_by) {
    const Verdict* const other = find(kind_of(id).id);
    if (other != nullptr && other->check.status == CheckStatus::fault) return other->check.id;
  }
  return verdict.check.id;
}

/// The root: what is at fault or was left, first in the catalogue, behind what this check needs.
std::string Report::why_not(std::string_view id) const {
  for (const std::string_view needed : kind_of(id).needs)
    if (!stands(needed)) return why_without(needed);
  throw std::logic_error{"no verdict was given on the check " + std::string{id}};
}

std::string Report::why_without(std::string_view id) const {
  const Verdict* const verdict = find(id);
  if (verdict == nullptr) return why_not(id);
  const Check& check = verdict->check;
  return check.status == CheckStatus::fault ? because_of(root_of(*verdict)) : check.summary;
}

Check Report::told(const Verdict& verdict) const {
  const std::string_view root = root_of(verdict);
  return root == verdict.check.id ? verdict.check : not_checked(verdict.check.id, because_of(root));
}

std::vector<Check> Report::checks() const {
  std::vector<Check> checks;
  for (const CheckKind& kind : all_checks()) {
    if (!production_ && kind.id.starts_with(production_group)) continue;
    const Verdict* const verdict = find(kind.id);
    checks.push_back(verdict != nullptr ? told(*verdict) : not_checked(kind.id, why_not(kind.id)));
  }
  return checks;
}

bool is_healthy(const std::vector<Check>& checks) {
  return std::ranges::none_of(checks, [](const Check& check) { return check.status == CheckStatus::fault; });
}

}  // namespace drawbridge::doctor
