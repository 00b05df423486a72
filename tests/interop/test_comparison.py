"""The comparison itself: whatever is broken in a span on its way is found and named.

A test that cannot fail is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness import compare, jaeger_expect
from harness.jaeger import Jaeger
from harness.model import Span
from harness.senders import Sender, Sent

Send = Callable[[Sender], Sent]
Break = Callable[[Span], Span]

PATH = "otlp_grpc"
RULES = jaeger_expect.PATHS[PATH]


def _attribute(key: str, value: tuple) -> Break:
    return lambda span: replace(span, attributes=span.attributes | {key: value})


def _event(**changes: object) -> Break:
    return lambda span: replace(span, events=(replace(span.events[0], **changes), *span.events[1:]))


def _link(**changes: object) -> Break:
    return lambda span: replace(span, links=(replace(span.links[0], **changes), *span.links[1:]))


# What is broken: the span that it is broken in, how, and the field of Jaeger's view that shall be named.
BROKEN_FOR_JAEGER = {
    "an attribute's value": ("attribute types ✓", _attribute("int.negative", ("int", -43)), "tags"),
    "an attribute's type": (
        "attribute types ✓",
        _attribute("int.negative", ("double", "-42.0")),
        "tags",
    ),
    "an attribute too many": ("attribute types ✓", _attribute("more", ("string", "")), "tags"),
    "an array": (
        "attribute types ✓",
        _attribute("array.int", ("array", (("int", 1), ("int", -2)))),
        "tags",
    ),
    "a text like JSON": (
        "attribute types ✓",
        _attribute("string.like.json", ("string", "[1,2]")),
        "tags",
    ),
    "the name": ("many", lambda span: replace(span, name="few"), "operation"),
    "the kind": ("many", lambda span: replace(span, kind="CLIENT"), "tags"),
    "the status": ("status ok", lambda span: replace(span, status="UNSET"), "tags"),
    "the status message": (
        "status error",
        lambda span: replace(span, status_message="broken"),
        "tags",
    ),
    "the parent": ("status ok", lambda span: replace(span, parent_id="0" * 15 + "1"), "references"),
    "the start": (
        "many",
        lambda span: replace(span, start=span.start - 1000, end=span.end - 1000),
        "start",
    ),
    "the end": ("many", lambda span: replace(span, end=span.end + 1000), "duration"),
    "the trace state": (
        "child of another process",
        lambda span: replace(span, trace_state="vendor=a:b"),
        "tags",
    ),
    "an event's name": ("events and links", _event(name="other"), "logs"),
    "an event's time": ("events and links", _event(time=0), "logs"),
    "an event's attribute": (
        "events and links",
        _event(attributes={"more": ("bool", True)}),
        "logs",
    ),
    "an event lost": (
        "events and links",
        lambda span: replace(span, events=span.events[:-1]),
        "logs",
    ),
    "a link's span": ("events and links", _link(span_id="0" * 15 + "1"), "references"),
    "a link lost": (
        "events and links",
        lambda span: replace(span, links=span.links[1:]),
        "references",
    ),
    "the service": (
        "many",
        lambda span: replace(span, resource=span.resource | {"service.name": ("string", "x")}),
        "service",
    ),
    "the resource": (
        "many",
        lambda span: replace(span, resource=span.resource | {"x": ("int", 1)}),
        "process_tags",
    ),
    "the scope": ("many", lambda span: replace(span, scope_name="other"), "tags"),
    "the scope's version": ("many", lambda span: replace(span, scope_version="9"), "tags"),
}

# What Jaeger does not show, and a file has to hold all the same.
BROKEN_FOR_FILE = {
    "a link's attribute": ("events and links", _link(attributes={}), "links"),
    "a link's trace state": ("events and links", _link(trace_state="a=b"), "links"),
    "a nanosecond": ("events and links", lambda span: replace(span, start=span.start + 1), "start"),
    "the scope's schema": (
        "events and links",
        lambda span: replace(span, scope_schema=""),
        "scope_schema",
    ),
    "the resource's schema": (
        "many",
        lambda span: replace(span, resource_schema="x"),
        "resource_schema",
    ),
    "the flags": ("many", lambda span: replace(span, flags=span.flags ^ 1), "flags"),
    "dropped attributes": (
        "past the limits",
        lambda span: replace(span, dropped_attributes=0),
        "dropped_attributes",
    ),
    "dropped events": (
        "past the limits",
        lambda span: replace(span, dropped_events=0),
        "dropped_events",
    ),
    "an event's dropped attributes": ("past the limits", _event(dropped_attributes=0), "events"),
    "a link's dropped attributes": ("past the limits", _link(dropped_attributes=0), "links"),
    "dropped links": (
        "past the limits",
        lambda span: replace(span, dropped_links=0),
        "dropped_links",
    ),
}


@pytest.fixture(scope="session")
def sent(sent_by: Send) -> Sent:
    return sent_by(Sender("node", "grpc"))


def _broken(spans: list[Span], name: str, breaking: Break) -> list[Span]:
    assert [span.name for span in spans].count(name) == 1
    return [breaking(span) if span.name == name else span for span in spans]


@pytest.mark.parametrize("what", BROKEN_FOR_JAEGER)
def test_difference_in_jaeger_is_named(what: str, sent: Sent, jaegers: dict[str, Jaeger]) -> None:
    name, breaking, field = BROKEN_FOR_JAEGER[what]
    shown = jaegers[PATH].traces_when(len(sent.spans), {span.trace_id for span in sent.spans})

    differences = compare.in_jaeger(_broken(sent.spans, name, breaking), shown, RULES)

    assert [difference.split(": ")[1] for difference in differences] == [field], differences


@pytest.mark.parametrize("what", BROKEN_FOR_JAEGER | BROKEN_FOR_FILE)
def test_difference_in_otlp_is_named(what: str, sent: Sent) -> None:
    name, breaking, _ = (BROKEN_FOR_JAEGER | BROKEN_FOR_FILE)[what]

    differences = compare.in_otlp(_broken(sent.spans, name, breaking), sent.wire)

    assert len({difference.split(": ")[0] for difference in differences}) == 1, differences


def test_lost_span_is_named(sent: Sent) -> None:
    lost = sent.wire[0]

    assert compare.in_otlp(sent.wire, sent.wire[1:]) == [
        f"span {lost.trace_id}/{lost.span_id}: lost"
    ]


def test_doubled_span_is_named(sent: Sent) -> None:
    double = sent.wire[0]

    assert compare.in_otlp(sent.wire, [*sent.wire, double]) == [
        f"span {double.trace_id}/{double.span_id}: there 2 times"
    ]


def test_foreign_span_is_named(sent: Sent) -> None:
    foreign = sent.wire[0]

    assert compare.in_otlp(sent.wire[1:], sent.wire) == [
        f"span {foreign.trace_id}/{foreign.span_id}: was never sent"
    ]
