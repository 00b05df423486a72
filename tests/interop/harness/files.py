"""The file exporter's output, also while the daemon writes it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Set
from pathlib import Path

from . import model
from .model import Span
from .wait import wait_for

# As for Jaeger, and the exporter's flush interval.
ARRIVAL_SECONDS = 20


def whole_lines(path: Path) -> list[str]:
    """The lines that have their end; none when there is no file yet."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [line for line in text[: text.rfind("\n") + 1].split("\n") if line]


def spans(path: Path) -> list[Span]:
    return [span for line in whole_lines(path) for span in model.from_otlp_json(json.loads(line))]


def spans_when(count: int, path: Path, keys: Set[tuple[str, str]]) -> list[Span]:
    """The spans with these ids once there are `count`. Too few after a while are for the caller to name."""

    def found() -> list[Span]:
        return [span for span in spans(path) if span.key in keys]

    with contextlib.suppress(TimeoutError):
        wait_for(f"{count} spans in {path.name}", lambda: len(found()) >= count, ARRIVAL_SECONDS)
    return found()
