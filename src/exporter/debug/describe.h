#pragma once

#include <string>

#include "src/exporter/debug/config.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::debug {

// `batch` as text for a person, in the shape that the Collector's debug exporter has made known:
// lines that each end with '\n'. Control characters are written as escapes, so that a span cannot
// command the terminal it is shown on.
//
// Threading: a pure function of an immutable batch.
std::string Describe(const otlp::TraceBatch& batch, Verbosity verbosity);

}  // namespace spanhold::debug
