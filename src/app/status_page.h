#pragma once

#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/journal/journal.h"
#include "src/pipeline/ledger.h"

namespace spanhold::app {

// The journal, or an exporter's storage.
struct LogOnDisk {
  const journal::Journal& log;
  bool holds_back = false;   // the clients, while it fails
  std::string when_failing;  // what happens to what comes
  std::string when_full;
  std::string level;  // of what bounds it beside its max_size; "": nothing does
};

// The ledger as tables for a person, as `/status` and `spanhold status` show it: per receiver,
// pipeline and lane what came in, what became of it, what is held, and the difference, which is 0
// when nothing moves.
std::string StatusPage(const Ledger& ledger, const MemoryBudget& budget,
                       const std::vector<LogOnDisk>& logs, bool ready, Duration uptime);

}  // namespace spanhold::app
