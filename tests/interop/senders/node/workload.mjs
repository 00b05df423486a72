// Spans with everything that OTLP can say and this SDK can make.
import { randomBytes } from 'node:crypto';

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, createTraceState, trace } from '@opentelemetry/api';

// More than one batch of 512, so that a trace is spread over several requests.
const MANY_SPANS = 700;

export function makeSpans(provider) {
  const tracer = provider.getTracer('node.shop', '2.3.4', { schemaUrl: 'https://opentelemetry.io/schemas/1.27.0' });
  attributeTypes(tracer);
  kindsAndStatuses(tracer);
  eventsAndLinks(tracer);
  remoteParent(tracer);
  pastLimits(tracer);
  manySpans(provider.getTracer('node.many'));
}

function attributeTypes(tracer) {
  const span = tracer.startSpan('attribute types ✓', {
    attributes: {
      'string.empty': '',
      'string.unicode': 'naïve 北京 🚀 \u0001',
      'string.special': '<a href="x">&\\ \t\n\u2028</a>',
      'string.like.json': '[1, 2]',
      'string.long': 'x'.repeat(20000),
      'bool.true': true,
      'bool.false': false,
      'int.zero': 0,
      'int.negative': -42,
      'int.largest.safe': Number.MAX_SAFE_INTEGER,
      'int.smallest.safe': Number.MIN_SAFE_INTEGER,
      'double': 0.1,
      'double.large': 123456789.125,
      'double.small': -5e-324,
      'array.empty': [],
      'array.string': ['a', '', '<&>', 'ünï'],
      'array.bool': [true, false],
      'array.int': [1, -2, 3],
      'array.double': [0.5, -1.25],
      'array.with.null': ['a', null, 'b'],
      'gen_ai.request.stop_sequences': ['\n\n', 'END'],
    },
  });
  span.setAttribute('added.later', 'yes');
  span.end();
}

function kindsAndStatuses(tracer) {
  const root = tracer.startSpan('GET /things/{id}', { kind: SpanKind.SERVER });
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  for (const [name, kind] of Object.entries(SpanKind).filter(([, kind]) => typeof kind === 'number')) {
    tracer.startSpan(`kind ${name}`, { kind }, inside).end();
  }
  tracer.startSpan('status ok', {}, inside).setStatus({ code: SpanStatusCode.OK }).end();
  tracer.startSpan('status error', {}, inside)
    .setStatus({ code: SpanStatusCode.ERROR, message: 'broken: "quoted" — ja' }).end();
  tracer.startSpan('status error without words', {}, inside).setStatus({ code: SpanStatusCode.ERROR }).end();
  root.end();
}

function eventsAndLinks(tracer) {
  const earlier = tracer.startSpan('earlier');
  earlier.end();
  const parent = tracer.startSpan('parent');
  const inside = trace.setSpan(ROOT_CONTEXT, parent);
  const span = tracer.startSpan('events and links', {
    startTime: [1700000000, 123456789],
    links: [
      { context: earlier.spanContext(), attributes: { 'link.reason': 'retry', 'link.number': 1 } },
      { context: { traceId: '0'.repeat(15) + '1'.repeat(17), spanId: '00000000000000aa', traceFlags: TraceFlags.NONE } },
      { context: earlier.spanContext(), attributes: { 'opentracing.ref_type': 'child_of' } },
      { context: parent.spanContext() },
    ],
  }, inside);
  span.addEvent('plain');
  span.addEvent('with attributes', { text: 'ü', count: 3, share: 0.25, ok: true, list: ['x', 'y'] }, [1700000000, 200000999]);
  span.addEvent('named twice', { event: 'the attribute wins' });
  span.recordException(new TypeError('cannot read <nothing>'));
  span.end([1700000001, 987654321]);
  tracer.startSpan('no time at all', { startTime: [1700000000, 1] }, inside).end([1700000000, 1]);
  parent.end();
}

function remoteParent(tracer) {
  const remote = {
    traceId: '0'.repeat(20) + randomBytes(6).toString('hex'), // Jaeger leaves out leading zeros
    spanId: '0000000000000007',
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    traceState: createTraceState('vendor=a:b,ot=rv:0123456789abcd'),
  };
  const child = tracer.startSpan('child of another process', { kind: SpanKind.SERVER }, trace.setSpanContext(ROOT_CONTEXT, remote));
  child.end();
}

// The provider's limits cut these, and what was cut is counted.
function pastLimits(tracer) {
  const span = tracer.startSpan('past the limits');
  for (let n = 0; n < 40; n++) span.setAttribute(`attribute.${n}`, n);
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`attribute.${n}`, n]));
  for (let n = 0; n < 12; n++) span.addEvent(`event ${n}`, many);
  for (let n = 0; n < 12; n++) span.addLink({ context: span.spanContext(), attributes: many });
  span.end();
}

function manySpans(tracer) {
  const root = tracer.startSpan('many');
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  for (let n = 0; n < MANY_SPANS; n++) {
    tracer.startSpan(`item ${n}`, { attributes: { n } }, inside).end();
  }
  root.end();
}
