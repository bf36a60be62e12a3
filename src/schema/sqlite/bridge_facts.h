#pragma once

#include <filesystem>

#include "schema/bridge_facts.h"

namespace drawbridge::schema {

std::expected<BridgeFacts, std::string> read_sqlite_facts(const std::filesystem::path& file,
                                                          const plan::Where& where);
std::expected<bool, std::string> sqlite_user_exists(const std::filesystem::path& file,
                                                    const plan::Where& where, const NamedUser& user);

}  // namespace drawbridge::schema
