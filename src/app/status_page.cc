#include "src/app/status_page.h"

#include <algorithm>
#include <cstdio>
#include <optional>
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
                "requests refused", "requests rejected", "requests aborted"}};
  for (const ReceiverAccount& account : ledger.receivers()) {
    rows.push_back(
        {account.receiver() + " (" + account.transport() + ")",
         std::to_string(account.accepted_spans()), std::to_string(account.refused_spans()),
         std::to_string(account.accepted_requests()), std::to_string(account.refused_requests()),
         std::to_string(account.rejected_requests()), std::to_string(account.aborted_requests())});
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
    if (const std::optional<Trouble> trouble = account.trouble()) {
      reasons.append(name).append(": for ").append(Uptime(trouble->age)).append(" ");
      reasons.append(trouble->what).append("\n");
    }
    if (account.kept() > 0) {
      reasons.append(name).append(" kept on disk for the next start: ");
      reasons.append(std::to_string(account.kept())).append("\n");
    }
  }
  return FormatTable(rows) + reasons;
}

std::string OnDisk(const LogOnDisk& entry) {
  const journal::Journal& log = entry.log;
  const journal::Report& report = log.report();
  const std::string name = report.name() + ": ";
  const uint64_t out = report.handed_spans() + report.lost_spans() + report.withdrawn_spans();
  const auto waiting = static_cast<uint64_t>(std::max<int64_t>(report.waiting_spans(), 0));
  const uint64_t in = report.recorded_spans() + report.recovered_spans();
  std::string text = name + MiB(static_cast<uint64_t>(report.disk_bytes())) +
                     (log.max_size() == UINT64_MAX ? "" : " of " + MiB(log.max_size())) +
                     " on disk, " + MiB(static_cast<uint64_t>(report.unread_bytes())) +
                     " to be read back" + (entry.level.empty() ? "" : ", " + entry.level) + "\n";
  text += name + "recorded " + std::to_string(report.recorded_spans()) + " + of earlier runs " +
          std::to_string(report.recovered_spans()) + " = handed on " +
          std::to_string(report.handed_spans()) + " + on disk only " + std::to_string(waiting) +
          " + lost " + std::to_string(report.lost_spans()) + " + withdrawn " +
          std::to_string(report.withdrawn_spans()) + ", difference " +
          Difference(in, out + waiting) + "\n";
  if (const auto problem = log.problem()) {
    text += name + "fails for " + Uptime(problem->age) + ", and " + entry.when_failing + ": " +
            problem->what + "\n";
  }
  if (log.is_full()) {
    text += name + "full; " + entry.when_full + " until a backend takes spans\n";
  }
  return text;
}

}  // namespace

std::string StatusPage(const Ledger& ledger, const MemoryBudget& budget,
                       const std::vector<LogOnDisk>& logs, bool ready, Duration uptime) {
  std::string page = std::string("Spanhold ") + kVersion + ", up " + Uptime(uptime) +
                     (ready ? ", ready\n" : ", not ready (starting or shutting down)\n");
  page += "memory: " + MiB(budget.used()) + " of " + MiB(budget.limit()) + " held by spans, " +
          MiB(ResidentBytes()) + " resident\n";
  for (const LogOnDisk& log : logs) {
    page += OnDisk(log);
  }
  page += "\n" + Receivers(ledger) + "\n" + Pipelines(ledger) + "\n" + Lanes(ledger) + "\n";
  page +=
      "Counts are spans unless they say requests. The difference is 0 when nothing moves; "
      "while spans flow it may show what moved as the table was made.\n";
  return page;
}

}  // namespace spanhold::app
