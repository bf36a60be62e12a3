#pragma once

#include <string_view>

namespace drawbridge::api {

/// api/openapi.yaml as JSON; the build turns the one into the other.
std::string_view openapi_document();

}  // namespace drawbridge::api
