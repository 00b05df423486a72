#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "src/core/status.h"
#include "src/files/file_system.h"

namespace spanhold::journal {

// What `spanhold journal` does with the journal of a daemon that does not run. Nothing is changed.
//
// Errors: kFailedPrecondition when a daemon has it; kDataLoss, after all that is good was written,
// when something is damaged; those of the file system.
// Threading: pure functions.

using Output = std::function<void(std::string_view)>;

// A line for each file, entry and damage, and a sum.
Status Inspect(FileSystem& file_system, const std::string& directory, const Output& out);

// Reads and checks all of it, spans included. A line for each damage and each foreign file, and a
// sum. A write that was never finished is no damage: nobody relied on it.
Status Verify(FileSystem& file_system, const std::string& directory, const Output& out);

// The requests that some exporter has not settled, each as a line of OTLP JSON; with `all`, also
// those that every one has and that have not been deleted yet.
Status Export(FileSystem& file_system, const std::string& directory, bool all, const Output& out);

}  // namespace spanhold::journal
