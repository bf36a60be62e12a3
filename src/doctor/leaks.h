#pragma once

#include <optional>
#include <string_view>

namespace drawbridge::doctor {

/// What an error's text shows of the inside of a server, as words for a sentence; nothing where it shows
/// nothing. `token` is the one that was sent, or empty.
std::optional<std::string_view> leak_in(std::string_view text, std::string_view token);

}  // namespace drawbridge::doctor
