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

void Report::fault(std::string_view id, std::string summary, std::string cause, std::string remedy) {
  judge({.id = id,
         .status = CheckStatus::fault,
         .summary = std::move(summary),
         .cause = std::move(cause),
         .remedy = std::move(remedy)});
}

void Report::leave(std::string_view id, std::string because) {
  judge({.id = id,
         .status = CheckStatus::not_checked,
         .summary = std::move(because),
         .cause = {},
         .remedy = {}});
}

void Report::judge(Check check) {
  check.id = kind_of(check.id).id;  // which lives as long as the program
  const auto [place, is_new] = judged_.emplace(check.id, std::move(check));
  if (!is_new) throw std::logic_error{"a second verdict for the check " + std::string{place->first}};
}

const Check* Report::find(std::string_view id) const {
  const auto found = judged_.find(id);
  return found == judged_.end() ? nullptr : &found->second;
}

bool Report::stands(std::string_view id) const {
  const Check* const check = find(id);
  return check != nullptr && (check->status == CheckStatus::ok || check->status == CheckStatus::warning);
}

bool Report::may_check(std::string_view id) const {
  return std::ranges::all_of(kind_of(id).needs, [&](std::string_view needed) { return stands(needed); });
}

/// The root: what is at fault or was left, first in the catalogue, behind what this check needs.
std::string Report::why_not(std::string_view id) const {
  for (const std::string_view needed : kind_of(id).needs) {
    if (stands(needed)) continue;
    const Check* const check = find(needed);
    if (check == nullptr) return why_not(needed);
    return check->status == CheckStatus::fault ? "of the fault " + std::string{needed} : check->summary;
  }
  throw std::logic_error{"nothing was said of the check " + std::string{id}};
}

std::vector<Check> Report::checks() const {
  std::vector<Check> checks;
  for (const CheckKind& kind : all_checks()) {
    if (!production_ && kind.id.starts_with(production_group)) continue;
    if (const Check* const judged = find(kind.id)) {
      checks.push_back(*judged);
    } else {
      checks.push_back({.id = kind.id,
                        .status = CheckStatus::not_checked,
                        .summary = why_not(kind.id),
                        .cause = {},
                        .remedy = {}});
    }
  }
  return checks;
}

bool is_healthy(const std::vector<Check>& checks) {
  return std::ranges::none_of(checks, [](const Check& check) { return check.status == CheckStatus::fault; });
}

}  // namespace drawbridge::doctor
