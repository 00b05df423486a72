"""OTLP requests as bytes, read with the published protobuf classes (no code of this project)."""

from __future__ import annotations

import base64
import json

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from . import model


def spans_from_protobuf(body: bytes) -> list[model.Span]:
    request = ExportTraceServiceRequest.FromString(body)
    data = MessageToDict(request)
    # protobuf's own JSON has ids in base64, OTLP's has them in hex.
    for resource in data.get("resourceSpans", []):
        for scope in resource.get("scopeSpans", []):
            for span in scope.get("spans", []):
                _hex_ids(span)
                for link in span.get("links", []):
                    _hex_ids(link)
    return model.from_otlp_json(data)


def spans_from_json(body: bytes) -> list[model.Span]:
    return model.from_otlp_json(json.loads(body))


def _hex_ids(owner: dict) -> None:
    for name in ("traceId", "spanId", "parentSpanId"):
        if name in owner:
            owner[name] = base64.b64decode(owner[name]).hex()
