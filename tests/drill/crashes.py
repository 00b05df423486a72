"""The daemon is killed, ended, and stopped."""

from __future__ import annotations

import random
import signal

from .stage import Stage
from .subjects import Settings

JOURNAL = Settings(journal={})


def kill_under_load(stage: Stage) -> None:
    """Twenty times (five when small), at random moments."""
    stage.start(JOURNAL)
    load = stage.load(seconds=600, rate=20_000, options=["--connections", "4", "--drain", "10"])
    for _ in range(stage.size(5, 20)):
        stage.pause(random.uniform(0.2, 1.5))
        stage.kill_daemon()
        stage.start_daemon()
    stage.pause(0.5)
    load.end()


def kill_with_backend_away(stage: Stage) -> None:
    stage.start(JOURNAL)
    load = stage.load(seconds=stage.size(3, 15))
    stage.pause(0.5)
    stage.gate.shut()
    load.finish()
    stage.kill_daemon()
    stage.start_daemon()
    stage.pause(0.5)
    stage.gate.open()


def terminate_under_load(stage: Stage) -> None:
    """What the slow backend cannot take until `shutdown_timeout` is dropped, and counted."""
    _terminate(stage, Settings(service={"shutdown_timeout": "1s"}))


def terminate_under_load_with_journal(stage: Stage) -> None:
    """It is kept instead, and delivered after the next start."""
    _terminate(stage, Settings(journal={}, service={"shutdown_timeout": "1s"}))


def _terminate(stage: Stage, settings: Settings) -> None:
    stage.start(settings, sink=["--delay", "1000"])
    load = stage.load(seconds=600, rate=20_000, options=["--connections", "4", "--drain", "10"])
    stage.pause(stage.size(2, 5))
    stage.daemon.end()
    stage.start_daemon()
    stage.pause(1)
    load.end()
    stage.answers_are_lost()  # those that came after the deadline


def stop_and_continue(stage: Stage) -> None:
    stage.start(Settings(exporter={"timeout": "10s"}))
    load = stage.load(seconds=stage.size(7, 40), rate=5_000)
    stage.pause(1)
    stage.daemon.signal(signal.SIGSTOP)
    stage.pause(stage.size(5, 30))
    stage.daemon.signal(signal.SIGCONT)
    load.finish()
    stage.answers_are_lost()  # those that came while it stood still, when they count as timed out
