"""SIGTERM while every SDK sends: what was acknowledged arrives, on every path."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import compare, files, load, paths, senders, toolbox
from harness.daemon import Daemon
from harness.jaeger import Jaeger
from harness.process import Process
from harness.wait import wait_for

Ending = Callable[[Process], Process]

# shutdown_timeout is 10 s by default; the rest is for a busy machine.
EXIT_SECONDS = 20
# Long enough for an open batch to be there when the signal comes.
BATCH = {"send_batch_size": 512, "timeout": "5s"}


@dataclass(frozen=True)
class End:
    exit_code: int
    acknowledged: list[tuple[str, str]]
    log: str


@pytest.fixture
def chosen() -> list[senders.Sender]:
    return [sender for sender in senders.LOADS if sender.language not in toolbox.MISSING]


@pytest.fixture
def reached() -> list[str]:
    return [
        path for path in paths.TO_JAEGER if not toolbox.is_standin() or path in toolbox.STANDIN_HAS
    ]


def test_sigterm_in_mid_load_loses_nothing_acknowledged(
    chosen: list[senders.Sender],
    reached: list[str],
    jaegers: dict[str, Jaeger],
    tmp_path: Path,
    ending: Ending,
) -> None:
    out_file = tmp_path / "traces.jsonl"
    exporters = paths.to_file(out_file)
    for path in reached:
        exporters |= paths.to_jaeger(path, jaegers[path])
    daemon = Daemon.start(toolbox.daemon(), tmp_path, "daemon", exporters, BATCH)

    end = _end_in_mid_load(daemon, signal.SIGTERM, chosen, tmp_path, ending)

    assert end.exit_code == 0, end.log
    arrived = {path: jaegers[path].keys_of_service("load") for path in reached}
    arrived["file"] = [span.key for span in files.spans(out_file)]
    for path, keys in arrived.items():
        differences = compare.lost_or_doubled(end.acknowledged, keys)
        assert not differences, f"{path}: {compare.report(differences)}"


def test_sigterm_writes_whole_lines(
    chosen: list[senders.Sender], tmp_path: Path, ending: Ending
) -> None:
    """A file that ends in half a line is for a crash, not for a polite end."""
    out_file = tmp_path / "traces.jsonl"
    daemon = Daemon.start(toolbox.daemon(), tmp_path, "daemon", paths.to_file(out_file), BATCH)

    end = _end_in_mid_load(daemon, signal.SIGTERM, chosen[:1], tmp_path, ending)

    assert end.exit_code == 0, end.log
    assert out_file.read_bytes().endswith(b"\n")
    differences = compare.lost_or_doubled(
        end.acknowledged, [span.key for span in files.spans(out_file)]
    )
    assert not differences, compare.report(differences)


def test_a_loss_is_noticed(chosen: list[senders.Sender], tmp_path: Path, ending: Ending) -> None:
    """The tests above can fail: a daemon that is killed loses its open batch, and that is seen."""
    if not toolbox.is_standin():
        pytest.skip("a check of the tests, which is made with the stand-in")
    out_file = tmp_path / "traces.jsonl"
    daemon = Daemon.start(toolbox.daemon(), tmp_path, "daemon", paths.to_file(out_file), BATCH)

    end = _end_in_mid_load(daemon, signal.SIGKILL, chosen[:1], tmp_path, ending)

    assert end.exit_code == -signal.SIGKILL
    assert compare.lost_or_doubled(end.acknowledged, [span.key for span in files.spans(out_file)])


def _end_in_mid_load(
    daemon: Daemon,
    number: signal.Signals,
    chosen: list[senders.Sender],
    directory: Path,
    ending: Ending,
) -> End:
    """Starts the load, sends the signal while the daemon holds spans, waits for its end."""
    ending(daemon.process)
    loads = load.start_all(chosen, daemon, directory, ending)
    wait_for("spans that are accepted and not sent", lambda: _held(daemon) > 0)

    daemon.process.signal(number)
    code = daemon.process.wait(EXIT_SECONDS)

    for sending in loads:
        sending.process.kill()
    acknowledged = [key for sending in loads for key in sending.acknowledged()]
    assert len(acknowledged) >= len(loads) * load.CALLS_BEFORE
    return End(code, acknowledged, daemon.process.output()[-4000:])


def _held(daemon: Daemon) -> float:
    """Spans that were accepted and have not left by the first exporter."""
    accepted = daemon.metric("otelcol_receiver_accepted_spans")
    return accepted - daemon.metric("otelcol_exporter_sent_spans", exporter=daemon.exporters[0])
