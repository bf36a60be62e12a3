#pragma once

#include <string>

#include "drawbridge/identity.h"

namespace drawbridge {

/// An identity as the API and the command line show it: every member, null where absent, times in UNIX
/// seconds; without the claims.
std::string identity_json(const Identity& identity);

}  // namespace drawbridge
