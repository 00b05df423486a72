#pragma once

#include "src/core/status.h"

namespace spanhold::sending {

// Whether a gRPC server, or a proxy in front of it, says with `error` that a request is larger than
// it takes. There is no code for it: the words of the implementations tell (too_large.cc).
bool SaysTooLarge(const Status& error);

}  // namespace spanhold::sending
