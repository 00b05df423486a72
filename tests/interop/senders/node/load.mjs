// Sends trace after trace and writes down which ones the daemon acknowledged.
// Usage: node load.mjs PROTOCOL ENDPOINT ACKED    (runs until it is killed, or MOST_TRACES were sent)
//
// A line of ACKED is one export call that was answered with success: the ids of its spans.
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

import { makeExporter } from './exporter.mjs';

const SPANS_PER_TRACE = 20;
const MOST_TRACES = 5000;
// The rate of the load: seven senders are as much as a small machine takes in, and none is done before the last began.
const PAUSE_MILLISECONDS = 10;
const SUCCESS = 0;

const [protocol, endpoint, acked] = process.argv.slice(2);
const exporter = makeExporter(protocol, endpoint);
const ended = [];
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'load' }),
  spanProcessors: [{ onStart() {}, onEnd: (span) => ended.push(span), async forceFlush() {}, async shutdown() {} }],
});
const tracer = provider.getTracer('load');

writeFileSync(acked, '');
for (let number = 0; number < MOST_TRACES; number++) {
  const root = tracer.startSpan('root', { attributes: { number } });
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  for (let n = 1; n < SPANS_PER_TRACE; n++) tracer.startSpan('child', {}, inside).end();
  root.end();
  const spans = ended.splice(0);
  const result = await new Promise((resolve) => exporter.export(spans, resolve));
  if (result.code === SUCCESS) {
    const ids = spans.map((span) => [span.spanContext().traceId, span.spanContext().spanId]);
    appendFileSync(acked, JSON.stringify(ids) + '\n');
  }
  await setTimeout(PAUSE_MILLISECONDS);
}
process.exit(0);
