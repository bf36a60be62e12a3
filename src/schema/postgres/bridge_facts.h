#pragma once

#include <string>

#include "schema/bridge_facts.h"

namespace drawbridge::schema {

std::expected<BridgeFacts, std::string> read_postgres_facts(const std::string& url, const plan::Where& where);
std::expected<bool, std::string> postgres_user_exists(const std::string& url, const plan::Where& where,
                                                      const NamedUser& user);

}  // namespace drawbridge::schema
