#include "src/receiver/otlp/other_signal.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

namespace spanhold::otlp_receiver {

OtherSignal::OtherSignal(std::string_view name, const ReceiverAccount& account,
                         Telemetry& telemetry, const Clock& clock)
    : name_(name),
      setting_(absl::StrCat("OTEL_", absl::AsciiStrToUpper(name_), "_EXPORTER=none")),
      account_(account),
      requests_(telemetry.AddCounter("spanhold_receiver_unsupported_requests",
                                     "Requests with metrics or logs, which are not taken.",
                                     {{"receiver", account.receiver()},
                                      {"transport", account.transport()},
                                      {"signal", name_}})),
      log_(clock) {}

Status OtherSignal::Refuse(std::string_view peer) {
  requests_.Add(1);
  log_.Log(LogLevel::kWarn, account_.receiver(),
           "only traces are taken; the setting stops the sender",
           {{"peer", peer},
            {"transport", account_.transport()},
            {"signal", name_},
            {"setting", setting_}});
  return absl::UnimplementedError(absl::StrCat("only traces are taken; set ", setting_));
}

}  // namespace spanhold::otlp_receiver
