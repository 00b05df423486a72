#pragma once

#include <string>
#include <string_view>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/status.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::otlp_receiver {

// A signal that SDKs send by default and this daemon does not take: its requests are counted, and the
// log names who sends it and the setting that stops the sender.
//
// Threading: thread-safe. Ownership: what it is made with must outlive it.
class OtherSignal {
 public:
  // `name`: "metrics" or "logs". `account` is of the receiver.
  OtherSignal(std::string_view name, const ReceiverAccount& account, Telemetry& telemetry,
              const Clock& clock);

  // The answer to a request of `peer`: kUnimplemented.
  Status Refuse(std::string_view peer);

 private:
  const std::string name_;
  const std::string setting_;
  const ReceiverAccount& account_;
  Counter& requests_;
  LogLimiter log_;
};

}  // namespace spanhold::otlp_receiver
