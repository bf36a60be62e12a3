#include "places.h"

namespace drawbridge::test {

std::filesystem::path source_folder() {
  return DRAWBRIDGE_SOURCE_DIR;
}

}  // namespace drawbridge::test
