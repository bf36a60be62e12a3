#pragma once

// What follows from the kind of ids that users have: tables.ids, tables.user_uuid* where the id is the UUID,
// and tables.foreign_keys of a backend that has users of its own.

#include "doctor/report.h"
#include "schema/bridge_facts.h"

namespace drawbridge::doctor {

void judge_ids(Report& report, const schema::BridgeFacts& facts);

/// The id is the primary key, so much of it needs no look.
void judge_id_as_uuid(Report& report, const schema::BridgeFacts& facts);

/// The UUID that tokens carry: `user.uuid`, or `user.id`.
const char* column_of_users(const schema::BridgeFacts& facts);

/// Of a backend that has users of its own, beside Better Auth's.
void judge_own_users(Report& report, const schema::BridgeFacts& facts);

/// tables.foreign_keys of a backend that goes by user.id. The tasks API's own tables are of `drawbridge
/// serve`, which does not.
void judge_foreign_keys_by_id(Report& report, const schema::BridgeFacts& facts);

}  // namespace drawbridge::doctor
