#include "plan_bindings.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "python_calls.h"
#include "schema/plan/additions.h"
#include "schema/plan/better_auth_tables.h"
#include "schema/plan/read_facts.h"
#include "schema/plan/session_statement.h"

namespace nb = nanobind;
namespace plan = drawbridge::schema::plan;

namespace drawbridge::python {
namespace {

using Change =
    std::tuple<std::string, std::vector<std::string>, std::vector<std::string>, std::int64_t, std::string>;
using Plan = std::tuple<std::string, std::vector<Change>>;

const plan::Options options{
    .with_better_auth = true,
    .records_additions = true,
    .makes_tables = "put better_auth_tables.upgrade(op) before hybrid_id.upgrade(op)"};

Plan tuples_of(const plan::Plan& planned) {
  std::vector<Change> changes;
  for (const plan::Change& change : planned.changes) {
    changes.emplace_back(change.name, change.statements, change.batches, change.rows, change.note);
  }
  if (!planned.remark.empty()) {
    changes.emplace_back("user.uuid", std::vector<std::string>{}, std::vector<std::string>{}, 0,
                         planned.remark);
  }
  return {planned.obstacle, std::move(changes)};
}

/// Runs a query in Python.
plan::Query query_of(const nb::object& query) {
  return [&query](const std::string& sql) {
    const nb::object statement = nb::cast(sql);
    return nb::cast<plan::Rows>(call_python(query, statement));
  };
}

/// Where Better Auth's tables are, as the schema and the name of `user`; empty where they are looked for.
using Where = std::tuple<std::string, std::string>;

plan::Product product_named(const std::string& product) {
  return product == "sqlite" ? plan::Product::sqlite : plan::Product::postgresql;
}

plan::Where place_of(const Where& where) {
  return {.schema = std::get<0>(where), .user_table = std::get<1>(where)};
}

plan::Facts schema_of(const std::string& product, const plan::Query& query, const Where& where) {
  return plan::read_schema(product_named(product), query, place_of(where));
}

/// `(statement, obstacle)`, of which one is empty.
std::tuple<std::string, std::string> session_statement(const std::string& product, const nb::object& query,
                                                       const Where& where, const std::string& parameter) {
  const plan::Product known = product_named(product);
  auto statement =
      plan::session_statement(known, plan::read_layout(known, query_of(query), place_of(where)), parameter);
  if (!statement) return {"", std::move(statement.error())};
  return {*std::move(statement), ""};
}

Plan plan_better_auth_tables(const std::string& product, const nb::object& query, const Where& where,
                             const std::string& ids) {
  static const std::map<std::string, plan::Ids> kinds{
      {"text", plan::Ids::text}, {"uuid", plan::Ids::uuid}, {"serial", plan::Ids::serial}};
  plan::Options asked = options;
  asked.ids = kinds.at(ids);
  return tuples_of(plan::plan_better_auth_tables(schema_of(product, query_of(query), where), asked));
}

Plan plan_user_uuid(const std::string& product, const nb::object& query, const Where& where) {
  plan::Facts facts = schema_of(product, query_of(query), where);
  plan::read_user_rows(facts, query_of(query));
  return tuples_of(plan::plan_user_uuid(facts, options));
}

template <plan::Plan (*planner)(const plan::Facts&)>
Plan plan_without(const std::string& product, const nb::object& query, const Where& where) {
  plan::Facts facts = schema_of(product, query_of(query), where);
  plan::read_additions(facts, query_of(query));
  return tuples_of(planner(facts));
}

std::vector<std::string> tables_of_migrations() {
  std::vector<std::string> tables{plan::better_auth_tables.begin(), plan::better_auth_tables.end()};
  tables.insert(tables.end(), {plan::additions_table, "drawbridge_migrations"});
  return tables;
}

}  // namespace

void bind_plan(nb::module_& module) {
  module.def("plan_better_auth_tables", &plan_better_auth_tables, nb::arg("product"), nb::arg("query"),
             nb::arg("where"), nb::arg("ids"));
  module.def("plan_user_uuid", &plan_user_uuid, nb::arg("product"), nb::arg("query"), nb::arg("where"));
  module.def("plan_without_better_auth_tables", &plan_without<plan::plan_without_better_auth_tables>,
             nb::arg("product"), nb::arg("query"), nb::arg("where"));
  module.def("plan_without_user_uuid", &plan_without<plan::plan_without_user_uuid>, nb::arg("product"),
             nb::arg("query"), nb::arg("where"));
  module.def("session_statement", &session_statement, nb::arg("product"), nb::arg("query"), nb::arg("where"),
             nb::arg("parameter"));
  module.def("refused_change", &plan::refused_change, nb::arg("name"), nb::arg("done"), nb::arg("reason"));
  module.def("tables_of_migrations", &tables_of_migrations);
}

}  // namespace drawbridge::python
