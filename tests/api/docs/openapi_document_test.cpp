// The contract says what the program does: every route, every method, and the codes of each answer.

#include "api/docs/openapi_document.h"

#include <ostream>
#include <set>

#include <boost/json.hpp>

#include "api/routes.h"

namespace drawbridge::api {
namespace {

using http::Access;
using http::Endpoint;
using http::Method;
using http::Route;

using boost::json::value;
using Names = std::set<std::string>;

const value& contract() {
  static const value document = boost::json::parse(openapi_document());
  return document;
}

/// The value, or what its `$ref` leads to: a JSON Pointer behind `#`.
const value& resolved(const value& found) {
  const auto* reference = found.is_object() ? found.as_object().if_contains("$ref") : nullptr;
  return reference ? resolved(contract().at_pointer(reference->as_string().subview(1))) : found;
}

constexpr std::array<std::pair<const char*, Method>, 5> methods{{{"get", Method::get},
                                                                 {"put", Method::put},
                                                                 {"post", Method::post},
                                                                 {"patch", Method::patch},
                                                                 {"delete", Method::delete_}}};

/// One method of one route.
struct Operation {
  const Route* route;
  const Endpoint* endpoint;
  const char* method;

  const value& in_contract() const { return contract().at("paths").at(route->pattern).at(method); }
};
void PrintTo(const Operation& operation, std::ostream* out) {
  *out << operation.method << ' ' << operation.route->pattern;
}

/// What the page at `/docs` loads is part of the page, and no promise to programs.
bool is_part_of_a_page(const Route& route) {
  return route.pattern.starts_with("/docs/");
}

std::vector<Operation> all_operations() {
  std::vector<Operation> operations;
  static const http::Routes routes = all_routes([] { return IssuerStatus{}; });
  for (const Route& route : routes)
    for (const auto& [name, method] : methods)
      if (const auto* endpoint = route.endpoint(method); endpoint && !is_part_of_a_page(route))
        operations.push_back({&route, endpoint, name});
  return operations;
}

TEST(Contract, has_the_routes_and_methods_of_the_program_and_no_others) {
  Names in_program;
  for (const auto& operation : all_operations())
    in_program.insert(std::string{operation.method} + ' ' + std::string{operation.route->pattern});
  Names in_contract;
  for (const auto& path : contract().at("paths").as_object())
    for (const auto& member : path.value().as_object())
      if (member.key() != "parameters")
        in_contract.insert(std::string{member.key()} + ' ' + std::string{path.key()});
  EXPECT_EQ(in_contract, in_program);
  EXPECT_GT(in_program.size(), 10U);
}

class ContractOf : public testing::TestWithParam<Operation> {};

/// The codes that the contract gives an operation, each under its own status.
Names codes_in_contract(const Operation& operation) {
  Names codes;
  for (const auto& response : operation.in_contract().at("responses").as_object()) {
    const auto& answer = resolved(response.value());
    const auto* content = answer.as_object().if_contains("content");
    const auto* problem = content ? content->as_object().if_contains("application/problem+json") : nullptr;
    if (!problem) continue;
    for (const auto& code : problem->at("schema").at("properties").at("code").at("enum").as_array()) {
      const std::string_view name = code.as_string();
      const auto known =
          std::ranges::find(all_error_codes(), name, [](ErrorCode each) { return name_of(each); });
      EXPECT_TRUE(known != all_error_codes().end() && std::to_string(http_status(*known)) == response.key())
          << name;
      codes.emplace(name);
    }
  }
  return codes;
}

/// A tasks API asks for no role, no permission and no membership.
const Names of_other_backends{"role_missing", "permission_missing", "membership_missing"};

/// What follows from how a route and its endpoint are declared.
Names codes_in_program(const Operation& operation) {
  const auto& route = *operation.route;
  const bool is_probe = route.pattern == "/healthz" || route.pattern == "/readyz";
  const bool writes = operation.endpoint->method != Method::get;
  const bool names_a_tag = route.pattern.contains("/tags") && operation.endpoint->takes_json;
  const bool gives_tags = route.pattern.contains("/tasks") && operation.endpoint->takes_json;
  Names codes{"request_malformed", "body_too_large", "headers_too_large", "internal_error"};
  if (!is_probe) codes.insert("validation_failed");
  if (route.access != Access::open) {
    for (const ErrorCode code : all_error_codes())
      if (http_status(code) == 401 && !of_other_backends.contains(std::string{name_of(code)}))
        codes.emplace(name_of(code));
    codes.insert({"keys_unavailable", "session_unavailable", "revocations_unavailable", "rate_limited"});
  }
  if (route.access == Access::owner) {
    codes.insert({"user_mismatch", "not_found", "store_unavailable", "statement_timeout"});
    if (operation.endpoint->method == Method::post || gives_tags) codes.insert("quota_exceeded");
    if (writes) codes.insert({"user_unknown", "origin_not_allowed"});
  }
  if (operation.endpoint->takes_json) codes.insert({"body_malformed", "media_type_unsupported"});
  if (names_a_tag) codes.insert("conflict");
  return codes;
}

TEST_P(ContractOf, has_the_codes_that_it_can_answer) {
  EXPECT_EQ(codes_in_contract(GetParam()), codes_in_program(GetParam()));
}

TEST_P(ContractOf, asks_for_a_token_and_a_body_where_the_program_does) {
  const auto& operation = GetParam().in_contract().as_object();
  // The document's own requirement holds where an operation does not say otherwise.
  const auto& security =
      operation.contains("security") ? operation.at("security") : contract().at("security");
  EXPECT_EQ(security.as_array().empty(), GetParam().route->access == Access::open);
  EXPECT_EQ(operation.contains("requestBody"), GetParam().endpoint->takes_json);
}

INSTANTIATE_TEST_SUITE_P(, ContractOf, testing::ValuesIn(all_operations()), [](const auto& operation) {
  std::string name = std::string{operation.param.method} + std::string{operation.param.route->pattern};
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

TEST(Contract, has_every_code_but_those_of_other_backends) {
  Names in_contract{"method_not_allowed"};  // of a path, not of an operation
  for (const auto& operation : all_operations()) in_contract.merge(codes_in_contract(operation));
  Names in_program;
  for (const ErrorCode code : all_error_codes()) in_program.emplace(name_of(code));
  for (const std::string& code : of_other_backends) in_program.erase(code);
  EXPECT_EQ(in_contract, in_program);
  EXPECT_TRUE(contract().at("components").at("responses").as_object().contains("MethodNotAllowed"));
}

}  // namespace
}  // namespace drawbridge::api
