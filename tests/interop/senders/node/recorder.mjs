// Writes down each finished span as a TracesData line, without the help of any OTLP encoder.
import { appendFileSync, writeFileSync } from 'node:fs';

export class Recorder {
  constructor(path) {
    this.path = path;
    this.lines = [];
    writeFileSync(path, '');
  }

  onStart() {}

  onEnd(span) {
    this.lines.push(JSON.stringify(toOtlp(span)));
  }

  async forceFlush() {
    if (this.lines.length > 0) {
      appendFileSync(this.path, this.lines.splice(0).join('\n') + '\n');
    }
  }

  async shutdown() {
    await this.forceFlush();
  }
}

function toOtlp(span) {
  const scope = span.instrumentationScope;
  return {
    resourceSpans: [{
      resource: { attributes: attributes(span.resource.attributes) },
      schemaUrl: span.resource.schemaUrl ?? '',
      scopeSpans: [{
        scope: { name: scope.name, version: scope.version ?? '', attributes: attributes(scope.attributes) },
        schemaUrl: scope.schemaUrl ?? '',
        spans: [spanFields(span)],
      }],
    }],
  };
}

function spanFields(span) {
  return {
    ...ids(span.spanContext()),
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    flags: null,
    name: span.name,
    kind: span.kind + 1, // OTLP has an UNSPECIFIED before the API's first kind
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: attributes(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      timeUnixNano: nanos(event.time),
      name: event.name,
      attributes: attributes(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map((link) => ({
      ...ids(link.context),
      flags: null,
      attributes: attributes(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
    })),
    droppedLinksCount: span.droppedLinksCount,
    status: { code: span.status.code, message: span.status.message ?? '' },
  };
}

function ids(context) {
  return { traceId: context.traceId, spanId: context.spanId, traceState: context.traceState?.serialize() ?? '' };
}

// Seconds and nanoseconds do not fit into one double: digits are put together as text.
function nanos([seconds, nanoseconds]) {
  return `${seconds}${String(nanoseconds).padStart(9, '0')}`;
}

function attributes(all) {
  return Object.entries(all ?? {}).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value) {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  // JavaScript has one kind of number; its SDK sends whole ones as integers.
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (value === null || value === undefined) return {};
  throw new TypeError(`no OTLP value for ${typeof value}`);
}
