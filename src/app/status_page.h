#pragma once

#include <string>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/journal/journal.h"
#include "src/pipeline/ledger.h"

namespace spanhold::app {

// The ledger as tables for a person, as `/status` and `spanhold status` show it: per receiver,
// pipeline and lane what came in, what became of it, what is held, and the difference, which is 0
// when nothing moves. `journal` is null when there is none.
std::string StatusPage(const Ledger& ledger, const MemoryBudget& budget,
                       const journal::Journal* journal, bool ready, Duration uptime);

}  // namespace spanhold::app
