"""The daemon without a configuration file: the three variables that a team has already.

The ports are the default ones then, so each daemon gets a loopback address of its own, out of 127.0.0.0/8.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import compare, files, jaeger_expect, senders, toolbox
from harness.jaeger import Jaeger
from harness.model import Span
from harness.process import Process, start_retrying
from harness.senders import Sender

Ending = Callable[[Process], Process]

GRPC, HTTP = 4317, 4318


@pytest.fixture
def send(tmp_path: Path, ending: Ending) -> Callable[[Sender, dict[str, str]], list[Span]]:
    """Sends through a daemon with this environment, ends the daemon so that nothing is held back, answers the spans."""
    toolbox.need_spanhold("configuration by environment")

    def run(sender: Sender, env: dict[str, str]) -> list[Span]:
        host, process = start_retrying(lambda: _start(env, tmp_path))
        ending(process)
        sent = senders.send(sender, (host, GRPC if sender.over == "grpc" else HTTP), tmp_path)
        assert process.stop() == 0, process.output()
        return sent.spans

    return run


def test_jaeger_endpoint(send: Callable[..., list[Span]], jaegers: dict[str, Jaeger]) -> None:
    jaeger = jaegers["jaeger_thrift"]

    sent = send(
        Sender("node", "grpc"), {"JAEGER_ENDPOINT": f"http://{jaeger.address('thrift')}/api/traces"}
    )

    _assert_shown(sent, jaeger, "jaeger_thrift")


def test_otlp_endpoint_over_grpc(
    send: Callable[..., list[Span]], jaegers: dict[str, Jaeger]
) -> None:
    jaeger = jaegers["otlp_grpc"]

    sent = send(
        Sender("python", "grpc"),
        {"SPANHOLD_OTLP_ENDPOINT": f"grpc://{jaeger.address('otlp_grpc')}"},
    )

    _assert_shown(sent, jaeger, "otlp_grpc")


def test_otlp_endpoint_over_http(
    send: Callable[..., list[Span]], jaegers: dict[str, Jaeger]
) -> None:
    jaeger = jaegers["otlp_http"]

    sent = send(
        Sender("node", "http/json"),
        {"SPANHOLD_OTLP_ENDPOINT": f"http://{jaeger.address('otlp_http')}"},
    )

    _assert_shown(sent, jaeger, "otlp_http")


def test_files_without_any_backend(send: Callable[..., list[Span]], tmp_path: Path) -> None:
    """OTLP_ENDPOINT is what services read; the daemon never does, or it would send to itself."""
    state = tmp_path / "state"
    state.mkdir()

    sent = send(
        Sender("node", "http/protobuf"),
        {"STATE_DIRECTORY": str(state), "OTLP_ENDPOINT": "http://localhost:4317"},
    )

    written = [span for path in state.rglob("*.jsonl") for span in files.spans(path)]
    differences = compare.in_otlp(sent, written)
    assert not differences, compare.report(differences)


def test_tracing_disabled_accepts_and_discards(
    send: Callable[..., list[Span]], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()

    sent = send(Sender("node", "grpc"), {"STATE_DIRECTORY": str(state), "TRACING_ENABLED": "false"})

    assert sent
    assert not [span for path in state.rglob("*.jsonl") for span in files.spans(path)]


def _start(env: dict[str, str], directory: Path) -> tuple[str, Process]:
    host = f"127.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(1, 255)}"
    process = Process(
        [toolbox.daemon()], directory / "daemon.log", {"SPANHOLD_LISTEN_HOST": host} | env
    )
    process.wait_ready("the daemon", lambda: _listens(host, GRPC) and _listens(host, HTTP))
    return host, process


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _assert_shown(sent: list[Span], jaeger: Jaeger, path: str) -> None:
    shown = jaeger.traces_when(len(sent), {span.trace_id for span in sent})
    differences = compare.in_jaeger(sent, shown, jaeger_expect.PATHS[path])
    assert not differences, compare.report(differences)
