// The SDK's exporters by the names of OTEL_EXPORTER_OTLP_PROTOCOL.
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';

export function makeExporter(protocol, endpoint) {
  switch (protocol) {
    case 'grpc': return new GrpcExporter({ url: endpoint });
    case 'http/protobuf': return new ProtoExporter({ url: `${endpoint}/v1/traces` });
    // One of the three in gzip, so that both kinds of body are sent.
    case 'http/json': return new JsonExporter({ url: `${endpoint}/v1/traces`, compression: 'gzip' });
    default: throw new Error(`unknown protocol ${protocol}`);
  }
}
