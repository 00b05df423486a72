// Sends the workload once, and ends when all of it was exported.
// Usage: node send.mjs PROTOCOL ENDPOINT RECORD
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

import { makeExporter } from './exporter.mjs';
import { Recorder } from './recorder.mjs';
import { makeSpans } from './workload.mjs';

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const [protocol, endpoint, record] = process.argv.slice(2);
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'node-shop',
    'service.version': '2.3.4',
    'host.cpu.count': 2,
    'host.load': 0.75,
    'host.virtual': true,
    'process.command_args': ['node', 'send.mjs'],
  }),
  spanLimits: {
    attributeCountLimit: 32,
    eventCountLimit: 8,
    linkCountLimit: 8,
    attributePerEventCountLimit: 6,
    attributePerLinkCountLimit: 6,
  },
  spanProcessors: [
    new Recorder(record),
    new BatchSpanProcessor(makeExporter(protocol, endpoint), { maxQueueSize: 2048, maxExportBatchSize: 512 }),
  ],
});
makeSpans(provider);
await provider.shutdown();
