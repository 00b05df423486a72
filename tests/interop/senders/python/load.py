"""Sends trace after trace and writes down which ones the daemon acknowledged.

Usage: load.py PROTOCOL ENDPOINT ACKED    (PROTOCOL: grpc or http; runs until it is killed, or MOST_TRACES were sent)

A line of ACKED is one export call that was answered with success: the ids of its spans.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)

SPANS_PER_TRACE = 20
MOST_TRACES = 5000
# The rate of the load: seven senders are as much as a small machine takes in, and none is done before the last began.
PAUSE_SECONDS = 0.01


class Collecting(SpanExporter):
    """Holds spans until they are taken: one trace is one export call."""

    def __init__(self) -> None:
        self._spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._spans += spans
        return SpanExportResult.SUCCESS

    def take(self) -> list[ReadableSpan]:
        spans, self._spans = self._spans, []
        return spans


def main() -> None:
    protocol, endpoint, acked = sys.argv[1:]
    if protocol == "grpc":
        exporter: SpanExporter = GrpcExporter(endpoint=endpoint, insecure=True)
    else:
        exporter = HttpExporter(endpoint=f"{endpoint}/v1/traces")
    collecting = Collecting()
    provider = TracerProvider(resource=Resource.create({"service.name": "load"}))
    provider.add_span_processor(SimpleSpanProcessor(collecting))
    tracer = provider.get_tracer("load")

    with open(acked, "w", encoding="utf-8") as lines:
        for number in range(MOST_TRACES):
            with tracer.start_as_current_span("root", attributes={"number": number}):
                for _ in range(SPANS_PER_TRACE - 1):
                    tracer.start_span("child").end()
            spans = collecting.take()
            if exporter.export(spans) is SpanExportResult.SUCCESS:
                ids = [(f"{s.context.trace_id:032x}", f"{s.context.span_id:016x}") for s in spans]
                print(json.dumps(ids), file=lines, flush=True)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
