#pragma once

#include "core/keys/boot_clock.h"

namespace drawbridge::fetch {

/// The time since the machine started, the time that it slept included.
BootTime boot_now();

}  // namespace drawbridge::fetch
