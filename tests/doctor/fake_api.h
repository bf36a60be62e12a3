#pragma once

// A set-up in memory: an API that is as it should be, but for what a test has it answer otherwise.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "doctor/report.h"
#include "doctor/sections.h"
#include "doctor/visit.h"

namespace drawbridge::doctor {

/// What a request is answered with instead; the first that fits.
struct Instead {
  std::function<bool(const fetch::HttpCall&)> of;
  fetch::HttpAnswer answer;
};

inline constexpr const char* own_uuid = "0b4e2a52-5a1f-4a3c-9d0e-6f7d8c9b0a11";
inline constexpr const char* subject = "Zq3vU1mB";
inline constexpr const char* page = "http://localhost:3000";
inline constexpr const char* api_url = "http://localhost:8000";

SeenToken good_token();
Visit visit_of(std::vector<Instead> instead = {});

struct Before {
  bool production = false;
  bool has_token = true;
  std::string fault{};  ///< the one check that is not good
};

/// What was found before the API's checks.
Report report_before_the_api(const Before& before = {});

/// The checks that are neither ok nor of another group, by id.
std::map<std::string, Check> told_of(const Report& report, std::vector<std::string> groups);

// What a request is recognised by.
bool is_ready_question(const fetch::HttpCall& call);
bool is_preflight(const fetch::HttpCall& call);
bool is_without_token(const fetch::HttpCall& call);
bool is_own(const fetch::HttpCall& call);
bool is_own_in_capitals(const fetch::HttpCall& call);
bool is_by_subject(const fetch::HttpCall& call);
bool is_changed_token(const fetch::HttpCall& call);
bool is_unsigned_token(const fetch::HttpCall& call);
bool is_foreign(const fetch::HttpCall& call);
bool is_odd_path(const fetch::HttpCall& call);

}  // namespace drawbridge::doctor
