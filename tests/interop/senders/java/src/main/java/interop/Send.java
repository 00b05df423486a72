package interop;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Sends the workload once, and ends when all of it was exported.
 *
 * <p>Usage: Send PROTOCOL ENDPOINT RECORD
 */
public final class Send {
  public static void main(String[] arguments) throws IOException {
    Resource resource =
        Resource.create(
            Attributes.builder()
                .put("service.name", "java-shop")
                .put("service.version", "3.4.5")
                .put("host.cpu.count", 2)
                .put("host.load", 0.75)
                .put("process.command_args", "java", "Send")
                .build(),
            "https://opentelemetry.io/schemas/1.27.0");
    SpanLimits limits =
        SpanLimits.builder()
            .setMaxNumberOfAttributes(32)
            .setMaxNumberOfEvents(8)
            .setMaxNumberOfLinks(8)
            .setMaxNumberOfAttributesPerEvent(6)
            .setMaxNumberOfAttributesPerLink(6)
            .build();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSpanLimits(limits)
            .addSpanProcessor(new Recorder(arguments[2]))
            .addSpanProcessor(
                BatchSpanProcessor.builder(Exporters.make(arguments[0], arguments[1]))
                    .setMaxQueueSize(2048)
                    .setMaxExportBatchSize(512)
                    .build())
            .build();
    Workload.make(provider);
    provider.shutdown().join(30, TimeUnit.SECONDS);
    System.exit(0); // the exporter's idle threads would keep the process for a minute
  }

  private Send() {}
}
