"""Senders that export until they are stopped, and what was acknowledged to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from . import files, senders
from .daemon import Daemon
from .process import Process
from .senders import Sender
from .wait import wait_for

# Enough calls of each for connections, batches and queues to be in their stride.
CALLS_BEFORE = 25


class Load:
    """One sender that never stops by itself."""

    def __init__(self, sender: Sender, process: Process, acked: Path) -> None:
        self.sender = sender
        self.process = process
        self._acked = acked

    def calls(self) -> int:
        """The number of export calls that were acknowledged until now."""
        return len(files.whole_lines(self._acked))

    def acknowledged(self) -> list[tuple[str, str]]:
        """The ids of all spans in them."""
        return [
            (trace_id, span_id)
            for line in files.whole_lines(self._acked)
            for trace_id, span_id in json.loads(line)
        ]


def start_all(
    chosen: list[Sender], daemon: Daemon, directory: Path, ending: Callable[[Process], Process]
) -> list[Load]:
    """Starts them all; returns when the daemon has acknowledged calls of each and all still send."""
    loads = []
    for sender in chosen:
        acked = directory / f"{sender}.acked"
        process = ending(senders.start_load(sender, getattr(daemon, sender.over), acked))
        loads.append(Load(sender, process, acked))
    wait_for(
        f"{CALLS_BEFORE} calls of each sender",
        lambda: (
            all(load.calls() >= CALLS_BEFORE for load in loads)
            or not all(load.process.running() for load in loads)
        ),
        seconds=60,
    )
    for load in loads:
        assert load.process.running(), f"{load.sender}: {load.process.output()}"
    return loads
