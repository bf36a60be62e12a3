#include "doctor/examination.h"

#include "doctor/sections.h"

namespace drawbridge::doctor {

std::vector<Check> examine(const Visit& visit) {
  Report report{visit.production};
  check_configuration(report, visit);
  const auto keys = check_keys(report, visit);
  const auto database = check_database(report, visit);
  check_credentials(report, visit);
  const bool has_revocations = check_revocations(report, visit, database);
  const auto token_of_session = check_issuer(report, visit);
  check_stored_session(report, visit);
  const auto token =
      check_token(report, visit, visit.token ? visit.token : token_of_session, keys, has_revocations);
  check_user(report, visit, token, database);
  const bool has_route = check_api(report, visit, token);
  check_api_session(report, visit, token_of_session);
  check_cors(report, visit, token, keys, has_route);
  if (visit.production) check_production(report, visit, token, database);
  return report.checks();
}

}  // namespace drawbridge::doctor
