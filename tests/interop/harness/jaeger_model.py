"""A span as Jaeger's query API shows it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

# (key, type, value); a span may carry a key twice, so tags are a sorted tuple and not a dictionary.
Tag = tuple[str, str, Any]


@dataclass(frozen=True)
class Log:
    time: int  # µs
    fields: tuple[Tag, ...]


@dataclass(frozen=True)
class Reference:
    kind: str
    trace_id: str
    span_id: str


@dataclass(frozen=True)
class JaegerSpan:
    trace_id: str
    span_id: str
    operation: str
    references: tuple[Reference, ...]
    start: int  # µs
    duration: int  # µs
    flags: int
    tags: tuple[Tag, ...]
    logs: tuple[Log, ...]
    service: str
    process_tags: tuple[Tag, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.trace_id, self.span_id


def tag(key: str, kind: str, value: Any) -> Tag:
    """A tag whose value compares as what it means, whatever text it came as."""
    match kind:
        case "int64":
            value = int(value)  # Jaeger writes those past 2^53 as strings
        case "float64":
            value = repr(float(value))
        case "binary":
            value = base64.b64decode(value) if isinstance(value, str) else value
    return key, kind, value


def tags(items: list[Tag]) -> tuple[Tag, ...]:
    return tuple(sorted(items, key=repr))


def from_api(trace: dict) -> list[JaegerSpan]:
    """The spans of one element of `data` in an answer of /api/traces."""
    processes = trace["processes"]
    return [_span(span, processes[span["processID"]]) for span in trace["spans"]]


def _span(span: dict, process: dict) -> JaegerSpan:
    return JaegerSpan(
        # Jaeger leaves out leading zeros.
        trace_id=span["traceID"].zfill(32),
        span_id=span["spanID"].zfill(16),
        operation=span["operationName"],
        references=tuple(
            Reference(ref["refType"], ref["traceID"].zfill(32), ref["spanID"].zfill(16))
            for ref in span["references"]
        ),
        start=span["startTime"],
        duration=span["duration"],
        flags=span.get("flags", 0),
        tags=_tags(span["tags"]),
        logs=tuple(Log(log["timestamp"], _tags(log["fields"])) for log in span["logs"]),
        service=process["serviceName"],
        process_tags=_tags(process["tags"]),
    )


def _tags(items: list[dict] | None) -> tuple[Tag, ...]:
    return tags([tag(item["key"], item["type"], item["value"]) for item in items or []])


def json_text(value: Any) -> str:
    """One spelling for each JSON value: other spaces or another order of keys are no difference."""
    return json.dumps(_canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _canonical(value: Any) -> Any:
    match value:
        case list():
            return [_canonical(item) for item in value]
        case dict():
            return {key: _canonical(item) for key, item in value.items()}
        case float() if value.is_integer():
            return int(value)  # JSON has one kind of number: 1.0 may be written as 1
    return value


def read_json_as_in(wanted: JaegerSpan, shown: JaegerSpan) -> JaegerSpan:
    """`shown` with type "json" on each tag that `wanted` has as "json": Jaeger only knows strings."""
    # Of logs that are too many or too few the rest stays as it is, and differs anyway.
    wanted_fields = [log.fields for log in wanted.logs] + [()] * len(shown.logs)
    return replace(
        shown,
        tags=_read_json(wanted.tags, shown.tags),
        process_tags=_read_json(wanted.process_tags, shown.process_tags),
        logs=tuple(
            replace(log, fields=_read_json(fields, log.fields))
            for log, fields in zip(shown.logs, wanted_fields, strict=False)
        ),
    )


def _read_json(wanted: tuple[Tag, ...], shown: tuple[Tag, ...]) -> tuple[Tag, ...]:
    keys = {key for key, kind, _ in wanted if kind == "json"}
    return tags([_json_tag(item) if item[0] in keys else item for item in shown])


def _json_tag(item: Tag) -> Tag:
    key, kind, text = item
    if kind != "string":
        return item
    try:
        return key, "json", json_text(json.loads(text))
    except ValueError:
        return item
