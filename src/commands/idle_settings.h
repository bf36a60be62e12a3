#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/credentials.h"

#include "commands/settings.h"

namespace drawbridge::app {

/// The settings that are given and do nothing beside these, each with the reason: "DRAWBRIDGE_REDIS_URL,
/// because DRAWBRIDGE_SESSIONS is not redis". Values are not quoted. Of the names that a project shares with
/// Better Auth none is among them.
std::vector<std::string> idle_settings(
    CredentialKinds kinds, SessionPlace place,
    const std::function<std::optional<std::string>(const std::string& variable)>& value_of);

}  // namespace drawbridge::app
