#pragma once

#include <string>
#include <string_view>

#include "src/otlp/views.h"

// Pieces of text for a person and a terminal.
//
// Threading: pure functions.
namespace spanhold::debug {

// `text`, with the control characters of ASCII and of Latin-1 (U+0080 to U+009F) as escapes.
void AppendPrintable(std::string_view text, std::string& out);

// A value by itself: strings bare, bytes in hex, arrays and maps as JSON.
void AppendValue(const otlp::AnyValueView& value, std::string& out);

// A value and its type: `Str(checkout)`, `Int(5)`, `Slice([1,2])`, `Empty()`.
void AppendTypedValue(const otlp::AnyValueView& value, std::string& out);

}  // namespace spanhold::debug
