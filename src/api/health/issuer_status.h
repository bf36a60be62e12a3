#pragma once

#include "drawbridge/key_status.h"
#include "drawbridge/revocations.h"

namespace drawbridge::api {

/// What is known of the issuer when `/readyz` is asked.
struct IssuerStatus {
  KeyStatus keys;
  RevocationStatus revocations{};
};

}  // namespace drawbridge::api
