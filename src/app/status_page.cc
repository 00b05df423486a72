#include "src/app/status_page.h"

#include <cstdio>
#include <vector>

#include "src/app/process_metrics.h"
#include "src/app/table.h"
#include "src/app/version.h"

namespace spanhold::app {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string MiB(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

std::string Uptime(Duration uptime) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(uptime).count();
  char text[48];
  std::snprintf(text, sizeof text, "%lldh%02lldm%02llds", static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  return text;
}

std::string Difference(uint64_t in, uint64_t out) {
  return in >= out ? std::to_string(in - out) : "-" + std::to_string(out - in);
}

template <typename Account>
std::string DroppedReasons(const Account& account) {
  std::string reasons;
  for (size_t i = 0; i < kDropReasonCount; ++i) {
    const auto reason = static_cast<DropReason>(i);
    if (const uint64_t spans = account.dropped(reason); spans > 0) {
      reasons += reasons.empty() ? "" : ", ";
      reasons.append(DropReasonName(reason)).append(" ").append(std::to_string(spans));
    }
  }
  return reasons;
}

std::string Receivers(const Ledger& ledger) {
  Rows rows = {{"RECEIVER", "spans accepted", "spans refused", "requests accepted",
                "requests refused", "requests rejected"}};
  for (const ReceiverAccount& account : ledger.receivers()) {
    rows.push_back(
        {account.receiver() + " (" + account.transport() + ")",
         std::to_string(account.accepted_spans()), std::to_string(account.refused_spans()),
         std::to_string(account.accepted_requests()), std::to_string(account.refused_requests()),
         std::to_string(account.rejected_requests())});
  }
  return FormatTable(rows);
}

std::string Pipelines(const Ledger& ledger) {
  Rows rows = {
      {"PIPELINE", "accepted", "sampled out", "dropped", "handed on", "held", "difference"}};
  for (const PipelineAccount& account : ledger.pipelines()) {
    // What leaves is read before what comes in, so that a span on its way is not counted twice.
    const uint64_t out =
        account.sampled_out() + account.dropped() + account.handed() + account.kept();
    const uint64_t held = account.held();
    const uint64_t in = account.accepted();
    rows.push_back({account.name(), std::to_string(in), std::to_string(account.sampled_out()),
                    std::to_string(account.dropped()), std::to_string(account.handed()),
                    std::to_string(held), Difference(in, out + held)});
  }
  return FormatTable(rows);
}

std::string Lanes(const Ledger& ledger) {
  Rows rows = {{"LANE", "handed on", "sent", "rejected", "dropped", "held", "difference"}};
  std::string reasons;
  for (const LaneAccount& account : ledger.lanes()) {
    const std::string name = account.pipeline() + " > " + account.exporter();
    const uint64_t out = account.sent() + account.rejected() + account.dropped() + account.kept();
    const uint64_t held = account.held();
    const uint64_t in = account.handed();
    rows.push_back({name, std::to_string(in), std::to_string(account.sent()),
                    std::to_string(account.rejected()), std::to_string(account.dropped()),
                    std::to_string(held), Difference(in, out + held)});
    if (const std::string why = DroppedReasons(account); !why.empty()) {
      reasons.append(name).append(" dropped: ").append(why).append("\n");
    }
    if (account.kept() > 0) {
      reasons.append(name).append(" kept in the journal for the next start: ");
      reasons.append(std::to_string(account.kept())).append("\n");
    }
  }
  return FormatTable(rows) + reasons;
}

}  // namespace

std::string StatusPage(const Ledger& ledger, const MemoryBudget& budget, bool ready,
                       Duration uptime) {
  std::string page = std::string("Spanhold ") + kVersion + ", up " + Uptime(uptime) +
                     (ready ? ", ready\n" : ", not ready (starting or shutting down)\n");
  page += "memory: " + MiB(budget.used()) + " of " + MiB(budget.limit()) + " held by spans, " +
          MiB(ResidentBytes()) + " resident\n\n";
  page += Receivers(ledger) + "\n" + Pipelines(ledger) + "\n" + Lanes(ledger) + "\n";
  page +=
      "Counts are spans unless they say requests. The difference is 0 when nothing moves; "
      "while spans flow it may show what moved as the table was made.\n";
  return page;
}

}  // namespace spanhold::app
