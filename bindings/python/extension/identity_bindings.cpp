#include "identity_bindings.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "drawbridge/identity.h"
#include "drawbridge/membership.h"

#include "error_bindings.h"
#include "python_calls.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

nb::object uuid_of(const Identity& identity) {
  if (!identity.uuid()) return nb::none();
  const nb::object type = nb::module_::import_("uuid").attr("UUID");
  const nb::object text = nb::cast(identity.uuid()->text());
  return call_python(type, text);
}

/// An aware datetime in UTC.
nb::object datetime_of(std::chrono::sys_seconds time) {
  const nb::module_ datetime = nb::module_::import_("datetime");
  return datetime.attr("datetime")
      .attr("fromtimestamp")(time.time_since_epoch().count(), datetime.attr("timezone").attr("utc"));
}

nb::object issued_at(const Identity& identity) {
  return identity.issued_at() ? datetime_of(*identity.issued_at()) : nb::none();
}

nb::tuple tuple_of(const std::vector<std::string>& texts) {
  nb::list list;
  for (const std::string& text : texts) list.append(text);
  return nb::tuple{list};
}

nb::tuple roles_of(const Identity& identity) {
  return tuple_of(identity.roles());
}

nb::object read_only(const nb::object& mapping) {
  return nb::module_::import_("types").attr("MappingProxyType")(mapping);
}

nb::object permissions_of(const Identity& identity) {
  nb::dict permissions;
  for (const auto& [resource, actions] : identity.permissions())
    permissions[nb::cast(resource)] = tuple_of(actions);
  return read_only(permissions);
}

nb::object organizations_of(const Identity& identity) {
  if (!identity.organizations()) return nb::none();
  nb::dict organizations;
  for (const auto& [organization, roles] : *identity.organizations())
    organizations[nb::cast(organization)] = tuple_of(roles);
  return read_only(organizations);
}

/// Read-only, since it is what was signed.
nb::object claims_of(const Identity& identity) {
  const nb::object loads = nb::module_::import_("json").attr("loads");
  const nb::object json = nb::cast(identity.claims_json());
  const nb::object claims = call_python(loads, json);
  return read_only(claims);
}

/// The bytes of a str while that lives. What has no UTF-8 form, a lone surrogate, is nobody's id, as the
/// empty text is.
std::string_view id_of(const nb::str& text) {
  Py_ssize_t size = 0;
  if (const char* const data = PyUnicode_AsUTF8AndSize(text.ptr(), &size))
    return {data, static_cast<std::size_t>(size)};
  PyErr_Clear();
  return {};
}

void check_member(const Identity& identity, const nb::str& organization_id,
                  const std::optional<std::vector<std::string>>& roles) {
  const auto access = roles ? check_membership(identity, id_of(organization_id), *roles)
                            : check_membership(identity, id_of(organization_id));
  if (!access) raise(access.error());
}

bool knows_member(const Identity& identity, const nb::str& organization_id) {
  return knows_membership(identity, id_of(organization_id));
}

nb::object text_of(const Identity& identity) {
  const nb::object format = nb::str{"Identity(subject={!r}, uuid={!r})"}.attr("format");
  const nb::object subject = nb::cast(identity.subject());
  const nb::object uuid = uuid_of(identity);
  return call_python(format, subject, uuid);
}

}  // namespace

void bind_identity(nb::module_& module) {
  nb::class_<Identity> type{
      module, "Identity", nb::is_final(),
      "The user who sent a request, as a verified token says. Immutable; any number of threads may "
      "read one.\n\nOnly a Verifier makes one, so holding one means that a token was "
      "verified."};
  type.def_prop_ro("issuer", &Identity::issuer,
                   "Claim `iss` (RFC 7519 §4.1.1): the one of the verifier's issuers that the token names.");
  type.def_prop_ro("subject", &Identity::subject,
                   "Claim `sub` (RFC 7519 §4.1.2): Better Auth's `user.id`, not empty.");
  type.def_prop_ro("uuid", &uuid_of,
                   "Claim `uuid`: the user's id in the backend's tables; None where the token has none.");
  type.def_prop_ro("email", &Identity::email);
  type.def_prop_ro("email_verified", &Identity::email_verified,
                   "Claim `emailVerified`; None when it is not a boolean.");
  type.def_prop_ro("name", &Identity::name);
  type.def_prop_ro(
      "roles", &roles_of,
      "Claim `role` (comma-separated), else claim `roles` (array of strings); empty when absent.");
  type.def("has_role", &Identity::has_role, nb::arg("role"));
  type.def_prop_ro("session_id", &Identity::session_id, "Claim `sid`.");
  type.def_prop_ro(
      "impersonated_by", &Identity::impersonated_by,
      "Claim `impersonatedBy`: the `user.id` of the administrator who acts as this user; None when the user "
      "does.");
  type.def_prop_ro(
      "credential", [](const Identity& identity) { return name_of(identity.credential()); },
      "What proved who sent the request: `token`, `session` or `key`. A key is not its user: `key` for a "
      "token "
      "with the claim `key` too, whichever way it came.");
  type.def_prop_ro("permissions", &permissions_of,
                   "Claim `permissions` of an API key's token, actions by resource, read-only; empty for "
                   "everything else.");
  type.def("has_permission", &Identity::has_permission, nb::arg("resource"), nb::arg("action"),
           "Whether `permissions` lists the action. Sessions and tokens of users have no permissions.");
  type.def_prop_ro(
      "organizations", &organizations_of,
      "Claim `orgs`: the user's roles by organization, read-only; None where the credential does "
      "not say.");
  type.def_prop_ro("organizations_truncated", &Identity::organizations_truncated,
                   "Claim `orgs_truncated`: the user is a member of more than `organizations` has.");
  type.def_prop_ro("active_organization", &Identity::active_organization,
                   "Claim `active_org`, to be shown. The user chooses it, so it decides nothing.");
  type.def_prop_ro("issued_at", &issued_at,
                   "Claim `iat`, aware, whole seconds; Better Auth may leave it out.");
  type.def_prop_ro(
      "expires_at", [](const Identity& identity) { return datetime_of(identity.expires_at()); },
      "Claim `exp`, aware, whole seconds, rounded down.");
  type.def_prop_ro("claims", &claims_of,
                   "All claims as they were signed, read-only; read from JSON at each call.");
  type.def("__repr__", &text_of);
  module.def("check_membership", &check_member, nb::arg("identity"), nb::arg("organization_id"),
             nb::arg("roles").none());
  module.def("knows_membership", &knows_member, nb::arg("identity"), nb::arg("organization_id"));
  // Identity[UUID | None], which says something to type checkers alone.
  type.attr("__class_getitem__") =
      nb::module_::import_("builtins")
          .attr("classmethod")(nb::module_::import_("types").attr("GenericAlias"));
}

}  // namespace drawbridge::python
