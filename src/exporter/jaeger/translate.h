#pragma once

#include <string_view>

#include "src/exporter/jaeger/model.h"
#include "src/otlp/views.h"

// OTLP in Jaeger's terms, by the rules of the Collector's translator (contrib
// pkg/translator/jaeger), which Jaeger reads back, and where it loses something, by those of the
// OpenTelemetry specification ("Mapping to non-OTLP formats"):
//
//   resource attributes   process tags; service.name is the service ("unknown_service" without one)
//   scope                 tags otel.scope.name, otel.scope.version
//   parent, links         references: the parent first as CHILD_OF, links as FOLLOWS_FROM, or as
//                         their attribute opentracing.ref_type says (`child_of`)
//   kind                  tag span.kind: client, server, producer, consumer, internal
//   status                tags otel.status_code (OK, ERROR), otel.status_description, and
//                         error=true for ERROR
//   events                logs; field `event` is the name, unless an attribute of that key is there
//   attribute values      bytes BINARY, arrays and maps as JSON, an empty one as ""
//   tracestate            tag w3c.tracestate
//   dropped counts        otel.dropped_{attributes,events,links}_count where they are not 0
//   flags                 the sampled bit
//
// Jaeger has no place for the attributes of a scope, those of a link but the one above, schema
// URLs, and the is_remote flags.
//
// Threading: pure functions.
namespace spanhold::jaeger {

Process TranslateProcess(const otlp::ResourceView& resource);

// Of the bytes of a Span. Writes over all of `out`, whose memory is used again.
void TranslateSpan(std::string_view message, const otlp::ScopeView& scope, Span& out);

}  // namespace spanhold::jaeger
