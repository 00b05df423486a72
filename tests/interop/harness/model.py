"""A span as every part of these tests sees it, whoever wrote it down and in whatever encoding.

Recorders, `.jsonl` files and OTLP/JSON requests share one reader, from_otlp_json(): a recorder writes TracesData
lines too. An attribute is compared with its type, so a value is a pair: ("int", 3) is not ("double", 3.0).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Value = tuple[str, Any]
Attributes = dict[str, Value]

KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
STATUSES = ("UNSET", "OK", "ERROR")


@dataclass(frozen=True)
class Event:
    time: int
    name: str
    attributes: Attributes
    dropped_attributes: int = 0


@dataclass(frozen=True)
class Link:
    trace_id: str
    span_id: str
    trace_state: str
    attributes: Attributes
    dropped_attributes: int = 0
    flags: int | None = None


@dataclass(frozen=True)
class Span:
    trace_id: str
    span_id: str
    parent_id: str
    trace_state: str
    name: str
    kind: str
    start: int
    end: int
    attributes: Attributes
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    status: str
    status_message: str
    resource: Attributes
    resource_schema: str
    scope_name: str
    scope_version: str
    scope_attributes: Attributes
    scope_schema: str
    dropped_attributes: int = 0
    dropped_events: int = 0
    dropped_links: int = 0
    # None where whoever wrote the span down cannot know them: SDKs add them while they encode.
    flags: int | None = field(default=None)

    @property
    def key(self) -> tuple[str, str]:
        return self.trace_id, self.span_id


def read_lines(path: Path) -> list[Span]:
    """The spans of a file of TracesData lines."""
    return [
        span
        for line in path.read_text("utf-8").split("\n")
        if line
        for span in from_otlp_json(json.loads(line))
    ]


def from_otlp_json(data: dict) -> list[Span]:
    return [
        _span(span, scope, resource)
        for resource in data.get("resourceSpans", [])
        for scope in resource.get("scopeSpans", [])
        for span in scope.get("spans", [])
    ]


def _span(span: dict, scope_spans: dict, resource_spans: dict) -> Span:
    scope = scope_spans.get("scope", {})
    resource = resource_spans.get("resource", {})
    status = span.get("status", {})
    return Span(
        trace_id=span["traceId"].lower(),
        span_id=span["spanId"].lower(),
        parent_id=span.get("parentSpanId", "").lower(),
        trace_state=span.get("traceState", ""),
        name=span.get("name", ""),
        kind=_enum(span.get("kind", 0), KINDS, "SPAN_KIND_"),
        start=int(span.get("startTimeUnixNano", 0)),
        end=int(span.get("endTimeUnixNano", 0)),
        attributes=_attributes(span),
        events=tuple(_event(event) for event in span.get("events", [])),
        links=tuple(_link(link) for link in span.get("links", [])),
        status=_enum(status.get("code", 0), STATUSES, "STATUS_CODE_"),
        status_message=status.get("message", ""),
        resource=_attributes(resource),
        resource_schema=resource_spans.get("schemaUrl", ""),
        scope_name=scope.get("name", ""),
        scope_version=scope.get("version", ""),
        scope_attributes=_attributes(scope),
        scope_schema=scope_spans.get("schemaUrl", ""),
        dropped_attributes=span.get("droppedAttributesCount", 0),
        dropped_events=span.get("droppedEventsCount", 0),
        dropped_links=span.get("droppedLinksCount", 0),
        # OTLP/JSON leaves out a field that is 0; a recorder writes null for "cannot know".
        flags=span.get("flags", 0),
    )


def _event(event: dict) -> Event:
    return Event(
        time=int(event.get("timeUnixNano", 0)),
        name=event.get("name", ""),
        attributes=_attributes(event),
        dropped_attributes=event.get("droppedAttributesCount", 0),
    )


def _link(link: dict) -> Link:
    return Link(
        trace_id=link["traceId"].lower(),
        span_id=link["spanId"].lower(),
        trace_state=link.get("traceState", ""),
        attributes=_attributes(link),
        dropped_attributes=link.get("droppedAttributesCount", 0),
        flags=link.get("flags", 0),
    )


def _enum(value: int | str, names: tuple[str, ...], prefix: str) -> str:
    return names[value] if isinstance(value, int) else value.removeprefix(prefix)


def _attributes(owner: dict) -> Attributes:
    return _pairs(owner.get("attributes", []))


def _pairs(pairs: list[dict]) -> Attributes:
    attributes: Attributes = {}
    for pair in pairs:
        if pair["key"] in attributes:
            raise ValueError(f"attribute {pair['key']!r} is there twice")
        attributes[pair["key"]] = _value(pair.get("value", {}))
    return attributes


def _value(value: dict) -> Value:
    if not value:
        return "empty", None
    ((field_name, content),) = value.items()
    match field_name:
        case "stringValue":
            return "string", content
        case "boolValue":
            return "bool", content
        case "intValue":
            return "int", int(content)
        case "doubleValue":
            # As text, so that -0.0 is not 0.0 and NaN equals itself.
            return "double", repr(float(content))
        case "bytesValue":
            return "bytes", base64.b64decode(content)
        case "arrayValue":
            return "array", tuple(_value(item) for item in content.get("values", []))
        case "kvlistValue":
            return "map", tuple(sorted(_pairs(content.get("values", [])).items()))
    raise ValueError(f"unknown kind of value {field_name!r}")
