// The sections that are still to be written; each leaves this file when it is.

#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

constexpr const char* pending = "this part of doctor is not written yet";

}  // namespace

void check_configuration(Report& report, const Visit&) {
  report.leave("config.variables", pending);
}

std::optional<std::string> check_issuer(Report& report, const Visit&) {
  report.leave("issuer.session", pending);
  return std::nullopt;
}

std::optional<SeenToken> check_token(Report& report, const Visit&, const std::optional<std::string>&,
                                     const SeenKeys&) {
  report.leave("token.form", pending);
  return std::nullopt;
}

}  // namespace drawbridge::doctor
