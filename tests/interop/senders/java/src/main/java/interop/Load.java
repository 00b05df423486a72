package interop;

import com.google.gson.Gson;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Sends trace after trace and writes down which ones the daemon acknowledged.
 *
 * <p>Usage: Load PROTOCOL ENDPOINT ACKED (runs until it is killed, or MOST_TRACES were sent)
 *
 * <p>A line of ACKED is one export call that was answered with success: the ids of its spans.
 */
public final class Load {
  private static final int SPANS_PER_TRACE = 20;
  private static final int MOST_TRACES = 5000;
  private static final int EXPORT_SECONDS = 10;
  // The rate of the load: seven senders are as much as a small machine takes in, and none is done before the last began.
  private static final int PAUSE_MILLISECONDS = 10;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    SpanExporter exporter = Exporters.make(arguments[0], arguments[1]);
    Collecting collecting = new Collecting();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(Resource.create(Attributes.builder().put("service.name", "load").build()))
            .addSpanProcessor(SimpleSpanProcessor.create(collecting))
            .build();
    Tracer tracer = provider.get("load");
    Gson gson = Json.makeGson();
    try (PrintWriter lines = new PrintWriter(arguments[2], StandardCharsets.UTF_8)) {
      for (int number = 0; number < MOST_TRACES; number++) {
        makeTrace(tracer, number);
        List<SpanData> spans = collecting.take();
        if (exporter.export(spans).join(EXPORT_SECONDS, TimeUnit.SECONDS).isSuccess()) {
          lines.println(gson.toJson(spans.stream().map(Load::ids).collect(Collectors.toList())));
          lines.flush();
        }
        Thread.sleep(PAUSE_MILLISECONDS);
      }
    }
    System.exit(0);
  }

  private static void makeTrace(Tracer tracer, int number) {
    Span root = tracer.spanBuilder("root").setAttribute("number", number).startSpan();
    Context inside = Context.root().with(root);
    for (int n = 1; n < SPANS_PER_TRACE; n++) {
      tracer.spanBuilder("child").setParent(inside).startSpan().end();
    }
    root.end();
  }

  private static List<String> ids(SpanData span) {
    return List.of(span.getTraceId(), span.getSpanId());
  }

  private Load() {}
}
