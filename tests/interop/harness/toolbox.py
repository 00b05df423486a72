"""Where `run` put the programs that the tests need, and which of them there is no language for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

INTEROP = Path(__file__).resolve().parents[1]
MISSING = os.environ.get("INTEROP_MISSING", "").split()

STANDIN_HAS = ("otlp_grpc", "otlp_http", "file")


def need(part: str) -> None:
    """Skips the test when the machine lacks a language; `run` has said so, and has failed where CI is set."""
    if part in MISSING:
        pytest.skip(f"no {part} on this machine")


def program(name: str) -> Path:
    """A Go program: jaeger, otelcol or telemetrygen."""
    need("go")
    return Path(os.environ[f"INTEROP_{name.upper()}"])


def python() -> Path:
    return Path(os.environ["INTEROP_PYTHON"])


def node(script: str) -> list[str | Path]:
    need("node")
    return ["node", Path(os.environ["INTEROP_NODE"]) / script]


def java(main_class: str) -> list[str | Path]:
    need("java")
    # Short runs: less time for the compiler, one collector thread, a small heap.
    flags = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"]
    return ["java", *flags, "-cp", os.environ["INTEROP_JAVA"], f"interop.{main_class}"]


def daemon() -> Path:
    return Path(os.environ["SPANHOLD"])


def is_standin() -> bool:
    """Whether the Collector stands in for the daemon, to check the tests themselves."""
    return os.environ["SPANHOLD"] == os.environ.get("INTEROP_OTELCOL")


def need_spanhold(what: str) -> None:
    if is_standin():
        pytest.skip(f"the Collector has no {what}")
