#pragma once

#include <string_view>

namespace spanhold::probabilistic_sampler {

// What the attribute `sampling.priority` asks for.
enum class Priority { kNone, kDrop, kKeep };

// What a decision needs of a span besides its trace id.
struct SpanFacts {
  std::string_view trace_state;
  Priority priority = Priority::kNone;
};

// Reads them in one walk over the fields of a Span (the bytes of chunk.span_message(index)), without
// a look into values or into attributes with other keys.
//
// The priority is that of the first attribute of the name, an int, a double or a string with a
// number: 0 is kDrop, more is kKeep, and anything else says nothing. (OpenTracing's semantic
// conventions, as the Collector reads them.)
SpanFacts ScanSpan(std::string_view span_message);

// Of the text of a string attribute: a number in Go's syntax for floating-point literals, with sign,
// as strconv.ParseFloat takes it.
Priority PriorityOfText(std::string_view text);

}  // namespace spanhold::probabilistic_sampler
