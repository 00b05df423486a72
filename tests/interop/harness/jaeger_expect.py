"""What Jaeger shall show for a span that was sent: the written-down differences between OTLP and Jaeger's model.

The same for every path (Jaeger's query API cannot show more):
    times and durations    µs, cut off
    kind                   tag span.kind, none for UNSPECIFIED
    status                 tags otel.status_code (OK, ERROR; none for UNSET), otel.status_description, error=true
    arrays and maps        a string tag with JSON text, compared as the JSON value that it says
    scope                  tags otel.scope.name and otel.scope.version; its attributes and schema URL are lost
    resource               service.name becomes the service, the rest process tags; the schema URL is lost
    trace state            tag w3c.tracestate
    parent                 first reference, CHILD_OF
    links                  FOLLOWS_FROM references after it, CHILD_OF with the attribute
                           opentracing.ref_type=child_of; link attributes are lost
    events                 logs; the name is the field `event`, unless an attribute has that name

What differs is in PATHS, one line for each path.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from .jaeger_model import JaegerSpan, Log, Reference, Tag, json_text, tag, tags
from .model import Attributes, Event, Link, Span, Value


@dataclass(frozen=True)
class Rules:
    # The tag internal.span.format, which Jaeger adds: it proves which of its ports a span came in by.
    span_format: str
    # Whether dropped_*_count of spans and events arrive as otel.dropped_*_count: Jaeger's own OTLP
    # receiver loses them, Spanhold sends them.
    dropped_counts: bool
    # Whether the sampled bit arrives in the span's flags: Jaeger 1.62's OTLP receiver drops it.
    sampled_flag: bool
    # What a link does that points at the span's own parent: in Jaeger's OTLP receiver it only changes
    # the type of the parent's reference; Spanhold keeps the parent CHILD_OF and adds the link, unless
    # it would say the same again.
    link_changes_parent: bool


# What Jaeger makes of OTLP itself.
BY_JAEGER = Rules("otlp", dropped_counts=False, sampled_flag=False, link_changes_parent=True)

# What Spanhold makes of it.
BY_SPANHOLD = Rules("", dropped_counts=True, sampled_flag=True, link_changes_parent=False)

PATHS = {
    "otlp_grpc": BY_JAEGER,
    "otlp_http": BY_JAEGER,
    "jaeger_thrift": replace(BY_SPANHOLD, span_format="jaeger"),
    "jaeger_grpc": replace(BY_SPANHOLD, span_format="proto"),
}

NS_PER_US = 1000


def expected(span: Span, rules: Rules) -> JaegerSpan:
    resource = dict(span.resource)
    _, service = resource.pop("service.name")
    return JaegerSpan(
        trace_id=span.trace_id,
        span_id=span.span_id,
        operation=span.name,
        references=_references(span, rules),
        start=span.start // NS_PER_US,
        duration=(span.end - span.start) // NS_PER_US,
        flags=(span.flags or 0) & 1 if rules.sampled_flag else 0,
        tags=tags(_span_tags(span, rules)),
        logs=tuple(_log(event, rules) for event in span.events),
        service=service,
        process_tags=tags(_attribute_tags(resource)),
    )


def _span_tags(span: Span, rules: Rules) -> list[Tag]:
    texts = {
        "otel.scope.name": span.scope_name,
        "otel.scope.version": span.scope_version,
        "span.kind": "" if span.kind == "UNSPECIFIED" else span.kind.lower(),
        "otel.status_code": "" if span.status == "UNSET" else span.status,
        "otel.status_description": span.status_message,
        "w3c.tracestate": span.trace_state,
        "internal.span.format": rules.span_format,
    }
    counts = {
        "otel.dropped_attributes_count": span.dropped_attributes,
        "otel.dropped_events_count": span.dropped_events,
        "otel.dropped_links_count": span.dropped_links,
    }
    found = [tag(key, "string", text) for key, text in texts.items() if text]
    if span.status == "ERROR":
        found.append(tag("error", "bool", True))
    if rules.dropped_counts:
        found += [tag(key, "int64", count) for key, count in counts.items() if count]
    return found + _attribute_tags(span.attributes)


def _attribute_tags(attributes: Attributes) -> list[Tag]:
    return [_attribute_tag(key, value) for key, value in attributes.items()]


def _attribute_tag(key: str, value: Value) -> Tag:
    kind, content = value
    match kind:
        case "array" | "map":
            return tag(key, "json", json_text(_plain(value)))
        case "bytes":
            return tag(key, "binary", content)
    return tag(
        key,
        {"string": "string", "bool": "bool", "int": "int64", "double": "float64"}[kind],
        content,
    )


def _plain(value: Value) -> Any:
    """The value as JSON has it inside an array or a map: the types of numbers are lost there."""
    kind, content = value
    match kind:
        case "array":
            return [_plain(item) for item in content]
        case "map":
            return {key: _plain(item) for key, item in content}
        case "double":
            return float(content)
        case "bytes":
            return base64.b64encode(content).decode()
    return content


def _references(span: Span, rules: Rules) -> tuple[Reference, ...]:
    references = [Reference("CHILD_OF", span.trace_id, span.parent_id)] if span.parent_id else []
    for link in span.links:
        reference = Reference(_reference_kind(link), link.trace_id, link.span_id)
        to_parent = (link.trace_id, link.span_id) == (span.trace_id, span.parent_id)
        if to_parent and rules.link_changes_parent:
            references[0] = reference
        elif not to_parent or reference != references[0]:
            references.append(reference)
    return tuple(references)


def _reference_kind(link: Link) -> str:
    return (
        "CHILD_OF"
        if link.attributes.get("opentracing.ref_type") == ("string", "child_of")
        else "FOLLOWS_FROM"
    )


def _log(event: Event, rules: Rules) -> Log:
    fields = _attribute_tags(event.attributes)
    if event.name and "event" not in event.attributes:
        fields.append(tag("event", "string", event.name))
    if rules.dropped_counts and event.dropped_attributes:
        fields.append(tag("otel.dropped_attributes_count", "int64", event.dropped_attributes))
    return Log(event.time // NS_PER_US, tags(fields))
