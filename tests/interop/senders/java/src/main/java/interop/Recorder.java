package interop;

import com.google.gson.Gson;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Writes down each finished span as a TracesData line, without the help of any OTLP encoder. Thread-safe. */
final class Recorder implements SpanProcessor {
  private final Gson gson = Json.makeGson();
  private final PrintWriter lines;

  Recorder(String path) throws IOException {
    lines = new PrintWriter(path, StandardCharsets.UTF_8);
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public synchronized void onEnd(ReadableSpan span) {
    lines.println(gson.toJson(SpanJson.tracesData(span.toSpanData())));
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public synchronized CompletableResultCode shutdown() {
    lines.close();
    return CompletableResultCode.ofSuccess();
  }
}
