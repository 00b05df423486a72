package interop;

import static io.opentelemetry.api.common.AttributeKey.booleanArrayKey;
import static io.opentelemetry.api.common.AttributeKey.doubleArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.valueKey;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Spans with everything that OTLP can say and this SDK can make: bytes and maps are what others have not. */
final class Workload {
  // More than one batch of 512, so that a trace is spread over several requests.
  private static final int MANY_SPANS = 700;

  static void make(SdkTracerProvider provider) {
    Tracer tracer =
        provider
            .tracerBuilder("java.shop")
            .setInstrumentationVersion("3.4.5")
            .setSchemaUrl("https://opentelemetry.io/schemas/1.27.0")
            .build();
    attributeTypes(tracer);
    kindsAndStatuses(tracer);
    eventsAndLinks(tracer);
    remoteParent(tracer);
    pastLimits(tracer);
    manySpans(provider.get("java.many"));
  }

  private static void attributeTypes(Tracer tracer) {
    tracer
        .spanBuilder("attribute types ✓")
        .setAttribute("string.empty", "")
        .setAttribute("string.unicode", "naïve 北京 🚀 \u0001")
        .setAttribute("bool.true", true)
        .setAttribute("bool.false", false)
        .setAttribute("long.largest", Long.MAX_VALUE)
        .setAttribute("long.smallest", Long.MIN_VALUE)
        .setAttribute("long.zero", 0L)
        .setAttribute("double.whole", 1.0)
        .setAttribute("double.largest", Double.MAX_VALUE)
        .setAttribute("double.smallest", Double.MIN_VALUE)
        .setAttribute("double.tenth", 0.1)
        .setAttribute(stringArrayKey("array.string"), List.of("a", "", "<&>"))
        .setAttribute(booleanArrayKey("array.bool"), List.of(true, false))
        .setAttribute(longArrayKey("array.long"), List.of(1L, -2L))
        .setAttribute(doubleArrayKey("array.double"), List.of(0.5, 2.0))
        .setAttribute(stringArrayKey("array.empty"), Collections.emptyList())
        .setAttribute(valueKey("bytes"), Value.of(new byte[] {0, 1, (byte) 0xff, 'x'}))
        .setAttribute(
            valueKey("map"),
            Value.of(
                KeyValue.of("name", Value.of("nested")),
                KeyValue.of("number", Value.of(7L)),
                KeyValue.of("share", Value.of(0.5)),
                KeyValue.of("raw", Value.of(new byte[] {1, 2, 3})),
                KeyValue.of("list", Value.of(Value.of(1L), Value.of("two"), Value.of(true))),
                KeyValue.of("deeper", Value.of(KeyValue.of("deepest", Value.of("yes"))))))
        .setAttribute(valueKey("array.mixed"), Value.of(Value.of("text"), Value.of(1L), Value.of(0.5)))
        .startSpan()
        .end();
  }

  private static void kindsAndStatuses(Tracer tracer) {
    Span root = tracer.spanBuilder("GET /things/{id}").setSpanKind(SpanKind.SERVER).startSpan();
    Context inside = Context.root().with(root);
    for (SpanKind kind : SpanKind.values()) {
      tracer.spanBuilder("kind " + kind).setParent(inside).setSpanKind(kind).startSpan().end();
    }
    tracer.spanBuilder("status ok").setParent(inside).startSpan().setStatus(StatusCode.OK).end();
    tracer
        .spanBuilder("status error")
        .setParent(inside)
        .startSpan()
        .setStatus(StatusCode.ERROR, "broken: \"quoted\" — ja")
        .end();
    root.end();
  }

  private static void eventsAndLinks(Tracer tracer) {
    Span earlier = tracer.spanBuilder("earlier").startSpan();
    earlier.end();
    Span span =
        tracer
            .spanBuilder("events and links")
            .setStartTimestamp(Instant.ofEpochSecond(1700000000, 123456789))
            .addLink(earlier.getSpanContext(), Attributes.builder().put("link.reason", "retry").put("n", 1).build())
            .addLink(remote(TraceState.builder().put("vendor", "x").build()))
            .startSpan();
    span.addEvent("plain");
    span.addEvent(
        "with attributes",
        Attributes.builder().put("text", "ü").put("count", 3).put("share", 0.25).put("ok", true).build(),
        Instant.ofEpochSecond(1700000000, 200000999));
    span.recordException(new IllegalStateException("cannot read <nothing>"));
    span.end(Instant.ofEpochSecond(1700000001, 987654321));
  }

  private static void remoteParent(Tracer tracer) {
    SpanContext parent = remote(TraceState.builder().put("vendor", "a:b").put("ot", "rv:0123456789abcd").build());
    tracer
        .spanBuilder("child of another process")
        .setSpanKind(SpanKind.CONSUMER)
        .setParent(Context.root().with(Span.wrap(parent)))
        .startSpan()
        .end();
  }

  private static SpanContext remote(TraceState state) {
    // The top bit set: Jaeger's ids are signed numbers in Thrift.
    String traceId = TraceId.fromLongs(-1L, ThreadLocalRandom.current().nextLong());
    return SpanContext.createFromRemoteParent(traceId, "ffffffffffffffff", TraceFlags.getSampled(), state);
  }

  // The provider's limits cut these, and what was cut is counted.
  private static void pastLimits(Tracer tracer) {
    Span span = tracer.spanBuilder("past the limits").startSpan();
    for (int n = 0; n < 40; n++) {
      span.setAttribute("attribute." + n, n);
    }
    AttributesBuilder many = Attributes.builder();
    for (int n = 0; n < 9; n++) {
      many.put("attribute." + n, n);
    }
    for (int n = 0; n < 12; n++) {
      span.addEvent("event " + n, many.build());
      span.addLink(span.getSpanContext(), many.build());
    }
    span.end();
  }

  private static void manySpans(Tracer tracer) {
    Span root = tracer.spanBuilder("many").startSpan();
    Context inside = Context.root().with(root);
    for (int n = 0; n < MANY_SPANS; n++) {
      tracer.spanBuilder("item " + n).setParent(inside).setAttribute("n", n).startSpan().end();
    }
    root.end();
  }

  private Workload() {}
}
