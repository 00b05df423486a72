"""One run of one scenario."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from .daemon import Daemon, FileBackend, Places, SinkBackend, Tools
from .peers import Peer
from .table import Scenario

WARM_UP = 0.05  # of the spans, before the clock starts
QUIET_SECONDS = 0.25  # nothing arrives for so long: the daemon is done with what it does not hold back
BATCH_SECONDS = 6.5  # what is held back for a fuller batch leaves after 5 s

Backend = SinkBackend | FileBackend


def measure(scenario: Scenario, peer: Peer, tools: Tools, spans: int) -> dict:
    """What one run of `spans` spans has cost, by the names that page.py shows."""
    with tempfile.TemporaryDirectory(prefix="spanhold-bench-") as scratch, contextlib.ExitStack() as stack:
        places = Places(Path(scratch), scenario.compression)
        acked = places.scratch / "acked"
        backend = (FileBackend if scenario.output == "file" else SinkBackend)(tools, places, acked)
        stack.callback(backend.stop)
        daemon = stack.enter_context(Daemon(peer, scenario.output, places))
        daemon.wait_ready()

        warm = max(1, int(spans * WARM_UP))
        tools.load(scenario, places, spans * 2, warm, places.scratch / "warm")
        _wait_until_quiet(backend)
        cpu = daemon.cpu_seconds()
        sink_cpu = _sink_cpu(backend)
        load = tools.load(scenario, places, 0, spans, acked)
        _wait_until_quiet(backend)
        cpu = daemon.cpu_seconds() - cpu
        sink_cpu = _sink_cpu(backend) - sink_cpu
        peak = daemon.memory_mb("VmHWM")

        arrived = _wait_for_the_last(scenario, backend)
        daemon.check_running()
        return _result(scenario, load, arrived) | {
            "cpu_us": cpu * 1e6 / max(1, load["acked"]),
            "sink_cpu_us": sink_cpu * 1e6 / max(1, load["acked"]),
            "rss_peak_mb": peak,
            "start_ms": daemon.start_seconds * 1e3,
        }


def _result(scenario: Scenario, load: dict, arrived: dict) -> dict:
    return {
        "spans_per_second": load["spans_per_second"],
        "ack_ms_p50": load["ack_ms_p50"],
        "ack_ms_p99": load["ack_ms_p99"],
        "ack_ms_p99.9": load["ack_ms_p99.9"],
        "load_cpu_us": load["own_cpu_seconds"] * 1e6 / max(1, load["acked"]),
        "bytes_out": arrived["bytes"] / max(1, arrived["arrived"]),
        "sent": load["sent"],
        "acked": load["acked"],
        "refused": load["refused"] + load["failed"] + load["rejected"],
        "retried_requests": load["retried_requests"],
        # A sampler leaves out most on purpose: its own losses cannot be seen from here.
        "lost": None if scenario.output == "sampled" else arrived["missing"],
        "doubled": arrived["doubled"],
    }


def _sink_cpu(backend: Backend) -> float:
    return float(backend.report()["own_cpu_seconds"]) if isinstance(backend, SinkBackend) else 0.0


def _moves(backend: Backend, within: float) -> bool:
    """Waits until something arrives; whether it has in that time."""
    last = backend.progress()
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if backend.progress() != last:
            return True
    return False


def _wait_until_quiet(backend: Backend) -> None:
    while _moves(backend, QUIET_SECONDS):
        pass


def _wait_for_the_last(scenario: Scenario, backend: Backend) -> dict:
    """The backend's report once nothing is missing, or nothing more can come."""
    report = backend.report()
    while (scenario.output == "sampled" or report["missing"] != 0) and _moves(backend, BATCH_SECONDS):
        report = backend.report()
    return backend.report()
