"""The rows of the page, read from scenarios.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .results import FOOTPRINT


@dataclass(frozen=True)
class Scenario:
    """One row; the fields are described in scenarios.toml."""

    name: str
    title: str
    load: str
    spans: int
    target: float
    http: bool = False
    output: str = "otlp"
    compression: str = "none"
    ack_p99: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Footprint:
    """A row of the footprint; the fields are described in scenarios.toml."""

    title: str
    value: str
    most: float
    scenario: str = FOOTPRINT
    note: str = ""


def read_rows() -> tuple[list[Scenario], list[Footprint]]:
    table = tomllib.loads(Path(__file__).with_name("scenarios.toml").read_text())
    return [Scenario(**row) for row in table["scenario"]], [Footprint(**row) for row in table["footprint"]]
