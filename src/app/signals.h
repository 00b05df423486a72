#pragma once

#include <string_view>

namespace spanhold::app {

// SIGTERM, SIGINT and SIGHUP, read by one thread instead of interrupting any.
//
// Threading: bound to the main thread. BlockSignals() comes before the first other thread starts,
// because threads inherit what is blocked.
void BlockSignals();

// Returns the signal's name when the process is asked to end (SIGTERM, SIGINT). SIGHUP is answered
// with a log line.
std::string_view WaitForShutdownSignal();

// From here on a further SIGTERM or SIGINT ends the process at once.
void LetSignalsEndTheProcess();

}  // namespace spanhold::app
