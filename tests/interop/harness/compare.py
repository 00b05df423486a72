"""Finds every difference between what was sent and what arrived: lost, doubled, foreign or changed spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from . import jaeger_expect, jaeger_model
from .jaeger_model import JaegerSpan
from .model import Span

# Enough to see the pattern; a broken encoder changes every span in the same way.
MOST_SHOWN = 20


def in_jaeger(
    sent: Sequence[Span], shown: Iterable[JaegerSpan], rules: jaeger_expect.Rules
) -> list[str]:
    """The differences, in words; none when all is as it should be."""
    wanted = [jaeger_expect.expected(span, rules) for span in sent]
    by_key = {span.key: span for span in wanted}
    shown = [
        jaeger_model.read_json_as_in(by_key[span.key], span) if span.key in by_key else span
        for span in shown
    ]
    return _differences(wanted, shown)


def in_otlp(sent: Sequence[Span], shown: Sequence[Span]) -> list[str]:
    """As in_jaeger() for an output that can hold all that OTLP can: nothing may be lost."""
    return _differences(sent, shown)


def lost_or_doubled(sent: Iterable[tuple[str, str]], shown: Iterable[tuple[str, str]]) -> list[str]:
    """For spans that are counted and not looked into. Others than those sent may be there."""
    counts = Counter(shown)
    found = [f"{_name(key)}: lost" for key in sent if not counts[key]]
    return found + [f"{_name(key)}: there {counts[key]} times" for key in sent if counts[key] > 1]


def report(differences: Sequence[str]) -> str:
    shown = "\n".join(differences[:MOST_SHOWN])
    return f"{len(differences)} differences between sent and arrived:\n{shown}"


def _differences(wanted: Sequence[Any], shown: Sequence[Any]) -> list[str]:
    keys = [span.key for span in wanted]
    if len(set(keys)) != len(keys):
        return ["the sender wrote a span down twice"]
    by_key = {span.key: span for span in wanted}
    found = lost_or_doubled(keys, [span.key for span in shown])
    for span in shown:
        if span.key not in by_key:
            found.append(f"{_name(span.key)}: was never sent")
        else:
            found += _changes(by_key[span.key], span)
    return found


def _changes(wanted: Any, shown: Any) -> list[str]:
    changes = []
    for field in fields(wanted):
        want, got = getattr(wanted, field.name), getattr(shown, field.name)
        if want == got or (field.name == "flags" and want is None):
            continue
        changes.append(f"{_name(wanted.key)}: {field.name}: {_narrow(want, got)}")
    return changes


def _narrow(want: Any, got: Any) -> str:
    """The part that differs, of a long list of attributes or tags only what is on one side."""
    if isinstance(want, dict):
        want, got = list(want.items()), list(got.items())
    if isinstance(want, (list, tuple)) and sorted(map(repr, want)) != sorted(map(repr, got)):
        want, got = (
            [item for item in want if item not in got],
            [item for item in got if item not in want],
        )
    return f"want {_short(want)}, got {_short(got)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}… ({len(text)} characters)"


def _name(key: tuple[str, str]) -> str:
    return f"span {key[0]}/{key[1]}"
