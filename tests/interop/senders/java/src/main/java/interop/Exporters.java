package interop;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** The SDK's exporters by the names of OTEL_EXPORTER_OTLP_PROTOCOL. */
final class Exporters {
  static SpanExporter make(String protocol, String endpoint) {
    return switch (protocol) {
      case "grpc" -> OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).setCompression("gzip").build();
      case "http/protobuf" ->
          OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces").setCompression("gzip").build();
      default -> throw new IllegalArgumentException("unknown protocol " + protocol);
    };
  }

  private Exporters() {}
}
