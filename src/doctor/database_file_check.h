#pragma once

#include "doctor/report.h"
#include "schema/bridge_facts.h"

namespace drawbridge::doctor {

/// Judges `database.file`: what other users of the machine can do to a file of SQLite.
void judge_database_file(Report& report, const schema::BridgeFacts& facts);

}  // namespace drawbridge::doctor
