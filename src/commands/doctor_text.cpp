#include "commands/doctor_text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::CheckStatus;

constexpr std::size_t mark_width = 13;
constexpr std::size_t label_width = 8;

std::string mark_of(CheckStatus status, const Palette& palette) {
  switch (status) {
    case CheckStatus::ok:
      return palette.good("ok           ");
    case CheckStatus::warning:
      return palette.caution("warning      ");
    case CheckStatus::fault:
      return palette.bad("fault        ");
    case CheckStatus::not_checked:
      return palette.faint("not checked  ");
  }
  std::unreachable();
}

std::string detail_of(std::string_view label, std::string_view text, std::size_t width) {
  if (text.empty()) return {};
  return fmt::format("{:{}}{:<{}}{}\n", "", mark_width, label, label_width,
                     wrapped(text, mark_width + label_width, width));
}

std::string text_of(const Check& check, const Palette& palette, std::size_t id_width, std::size_t width) {
  const std::string summary = wrapped(check.summary, mark_width + id_width, width);
  return fmt::format("{}{:<{}}{}\n", mark_of(check.status, palette), check.id, id_width,
                     check.status == CheckStatus::not_checked ? palette.faint(summary) : summary) +
         detail_of("why", check.cause, width) + detail_of("remedy", check.remedy, width);
}

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string conclusion(const std::vector<Check>& checks, const Palette& palette, bool all) {
  const auto count = [&](CheckStatus status) { return std::ranges::count(checks, status, &Check::status); };
  const auto warnings = count(CheckStatus::warning);
  const auto faults = count(CheckStatus::fault);
  const auto left = count(CheckStatus::not_checked);
  std::string text = faults > 0     ? palette.bad(counted(faults, "fault"))
                     : left > 0     ? palette.good("no faults in what was checked")
                     : warnings > 0 ? palette.good("no fault")
                                    : palette.good("healthy");
  if (warnings > 0) text += ", " + palette.caution(counted(warnings, "warning"));
  text += fmt::format(", {} ok", count(CheckStatus::ok));
  if (left > 0) text += fmt::format(", {} not checked", left);
  return text + (all ? "" : " (--all lists every check)");
}

/// What a check is about, from its group.
std::string_view subject_of(const Check& check) {
  static const std::map<std::string_view, std::string_view> subjects{{"jwks", "key"},
                                                                     {"database", "database"},
                                                                     {"tables", "database"},
                                                                     {"user", "database"},
                                                                     {"issuer", "session"},
                                                                     {"credentials", "session"},
                                                                     {"token", "token"},
                                                                     {"api", "API"},
                                                                     {"cors", "CORS"},
                                                                     {"clock", "clock"},
                                                                     {"config", "setting"},
                                                                     {"revocations", "revocation"},
                                                                     {"production", "production"}};
  const auto found = subjects.find(check.id.substr(0, check.id.find('.')));
  return found == subjects.end() ? std::string_view{} : found->second;
}

/// "19 database checks", by what most of them are about; the check's name where it is alone.
std::string name_of(const std::vector<const Check*>& alike) {
  if (alike.size() == 1) return std::string{alike.front()->id};
  std::map<std::string_view, std::ptrdiff_t> counts;
  for (const Check* const check : alike) ++counts[subject_of(*check)];
  const auto most =
      std::ranges::max_element(counts, {}, &std::pair<const std::string_view, std::ptrdiff_t>::second);
  return fmt::format("{} {} checks", alike.size(), most->first);
}

/// A line for each reason, in the order of the checks.
std::string reasons_text(const std::vector<Check>& checks, const Palette& palette, std::size_t width) {
  std::vector<std::string_view> reasons;
  std::map<std::string_view, std::vector<const Check*>> alike;
  for (const Check& check : checks) {
    if (check.status != CheckStatus::not_checked) continue;
    auto& of_it = alike[check.summary];
    if (of_it.empty()) reasons.emplace_back(check.summary);
    of_it.push_back(&check);
  }
  std::string text;
  for (const std::string_view reason : reasons)
    text += fmt::format(
        "{}{}\n", mark_of(CheckStatus::not_checked, palette),
        palette.faint(wrapped(fmt::format("{}: {}", name_of(alike.at(reason)), reason), mark_width, width)));
  return text;
}

}  // namespace

std::string doctor_text(const std::vector<Check>& checks, const Palette& palette, const DoctorView& view) {
  using enum CheckStatus;
  const auto is_shown = [&](const Check& check) {
    return view.all || check.status == fault || check.status == warning;
  };
  std::size_t id_width = 0;
  for (const Check& check : checks)
    if (is_shown(check)) id_width = std::max(id_width, check.id.size() + 2);
  std::string text;
  for (const CheckStatus status : {fault, warning, ok, not_checked})
    for (const Check& check : checks)
      if (check.status == status && is_shown(check)) text += text_of(check, palette, id_width, view.width);
  if (!view.all) text += reasons_text(checks, palette, view.width);
  if (!text.empty()) text += '\n';
  text += conclusion(checks, palette, view.all) + '\n';
  if (!view.next.empty()) text += fmt::format("\nNext:\n  {}\n", view.next);
  return text;
}

}  // namespace drawbridge::app
