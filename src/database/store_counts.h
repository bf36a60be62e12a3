#pragma once

#include "core/counts/counter.h"
#include "core/counts/durations.h"

namespace drawbridge::database {

/// What became of work that was given to a store. Any thread may read it.
struct WorkCounts {
  Counter taken;
  Counter refused;  ///< too much was waiting
  Counter dropped;  ///< not begun in time, or not wanted any more
  Counter begun;
  Counter ended;
  Durations waited;  ///< from when it was taken until it began
  Durations worked;  ///< from then until it ended
};

struct StoreCounts {
  WorkCounts reads;
  WorkCounts writes;
};

}  // namespace drawbridge::database
