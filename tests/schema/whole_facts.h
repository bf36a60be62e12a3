#pragma once

// Facts of a database in which nothing is to be done, and what is made of them.

#include "schema/plan/our_tables.h"
#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

inline const Tables all_tables{
    {"user", {"id", "name", "email", "emailVerified", "uuid"}},
    {"session", {"id", "expiresAt", "token", "userId"}},
    {"account", {"id", "userId"}},
    {"verification", {"id"}},
    {"jwks", {"id", "publicKey", "privateKey", "createdAt", "expiresAt", "alg", "crv"}},
};

/// All is there and as it is to be.
inline Facts complete(Product product) {
  Facts facts{.product = product, .version = latest_version(), .tables = all_tables};
  facts.server = {.version = "15.14", .number = 150014};
  facts.user.kind = User::Kind::table;
  facts.user.uuid = UuidColumn{.type = product == Product::sqlite ? "text" : "uuid",
                               .full_type = product == Product::sqlite ? "text" : "uuid",
                               .is_required = true,
                               .is_unique = true,
                               .is_made = true};
  return facts;
}

using Spoil = void (*)(Facts&);

inline Facts spoilt(Product product, Spoil spoil) {
  Facts facts = complete(product);
  spoil(facts);
  return facts;
}

}  // namespace drawbridge::schema::plan
