"""The scenarios, read from scenarios.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


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


def read_scenarios() -> list[Scenario]:
    table = tomllib.loads(Path(__file__).with_name("scenarios.toml").read_text())
    return [Scenario(**row) for row in table["scenario"]]
