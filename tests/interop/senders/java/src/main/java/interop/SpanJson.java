package interop;

import static interop.Json.object;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A span of the SDK as OTLP/JSON. */
final class SpanJson {
  static Map<String, Object> tracesData(SpanData span) {
    InstrumentationScopeInfo scope = span.getInstrumentationScopeInfo();
    Map<String, Object> scopeSpans =
        object(
            "scope",
            object(
                "name", scope.getName(),
                "version", orEmpty(scope.getVersion()),
                "attributes", ValueJson.attributes(scope.getAttributes())),
            "schemaUrl", orEmpty(scope.getSchemaUrl()),
            "spans", List.of(span(span)));
    return object(
        "resourceSpans",
        List.of(
            object(
                "resource", object("attributes", ValueJson.attributes(span.getResource().getAttributes())),
                "schemaUrl", orEmpty(span.getResource().getSchemaUrl()),
                "scopeSpans", List.of(scopeSpans))));
  }

  private static Map<String, Object> span(SpanData span) {
    SpanContext parent = span.getParentSpanContext();
    Map<String, Object> fields = ids(span.getSpanContext());
    fields.put("parentSpanId", parent.isValid() ? parent.getSpanId() : "");
    fields.put("flags", null); // the exporter adds bits of its own
    fields.put("name", span.getName());
    fields.put("kind", kind(span.getKind()));
    fields.put("startTimeUnixNano", Long.toString(span.getStartEpochNanos()));
    fields.put("endTimeUnixNano", Long.toString(span.getEndEpochNanos()));
    fields.put("attributes", ValueJson.attributes(span.getAttributes()));
    fields.put("droppedAttributesCount", span.getTotalAttributeCount() - span.getAttributes().size());
    fields.put("events", span.getEvents().stream().map(SpanJson::event).collect(Collectors.toList()));
    fields.put("droppedEventsCount", span.getTotalRecordedEvents() - span.getEvents().size());
    fields.put("links", span.getLinks().stream().map(SpanJson::link).collect(Collectors.toList()));
    fields.put("droppedLinksCount", span.getTotalRecordedLinks() - span.getLinks().size());
    fields.put(
        "status",
        object(
            "code", status(span.getStatus().getStatusCode()),
            "message", span.getStatus().getDescription()));
    return fields;
  }

  private static Map<String, Object> event(EventData event) {
    return object(
        "timeUnixNano", Long.toString(event.getEpochNanos()),
        "name", event.getName(),
        "attributes", ValueJson.attributes(event.getAttributes()),
        "droppedAttributesCount", event.getDroppedAttributesCount());
  }

  private static Map<String, Object> link(LinkData link) {
    Map<String, Object> fields = ids(link.getSpanContext());
    fields.put("flags", null);
    fields.put("attributes", ValueJson.attributes(link.getAttributes()));
    fields.put("droppedAttributesCount", link.getTotalAttributeCount() - link.getAttributes().size());
    return fields;
  }

  private static Map<String, Object> ids(SpanContext context) {
    String state =
        context.getTraceState().asMap().entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
    return object("traceId", context.getTraceId(), "spanId", context.getSpanId(), "traceState", state);
  }

  private static int kind(SpanKind kind) {
    return switch (kind) {
      case INTERNAL -> 1;
      case SERVER -> 2;
      case CLIENT -> 3;
      case PRODUCER -> 4;
      case CONSUMER -> 5;
    };
  }

  private static int status(StatusCode code) {
    return switch (code) {
      case UNSET -> 0;
      case OK -> 1;
      case ERROR -> 2;
    };
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private SpanJson() {}
}
