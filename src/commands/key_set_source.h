#pragma once

#include <expected>
#include <string>

#include <CLI/Option.hpp>

#include "drawbridge/auth_error.h"
#include "drawbridge/key_set.h"
#include "drawbridge/remote_verifier.h"

#include "commands/settings.h"

namespace drawbridge::app {

/// Where a command that looks once takes the key set from.
struct KeySetPlace {
  std::string text;  ///< a URL, or the path of a file that holds what such a URL answers
  KeySource source;  ///< how a URL is fetched
};

/// What the command line names, else what the settings say. Throws SettingFault, before anything is read or
/// fetched, for an empty name and for a URL that keys may not come from.
KeySetPlace key_set_place(const CLI::Option& named, const Settings& settings);

/// Reads or fetches the set. The error has the code `keys_unavailable`.
std::expected<KeySet, AuthError> load_key_set(const KeySetPlace& place);

}  // namespace drawbridge::app
