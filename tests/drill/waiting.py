"""Waiting for what has to happen, never longer than PATIENCE_SECONDS unless a drill says so."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05


class DrillError(Exception):
    """The drill could not be carried out, or something in it never happened; the message says what."""


class Skipped(Exception):
    """This machine cannot do this drill; the message says what is missing."""


def wait_for(what: str, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DrillError(f"after {seconds:g} s still not: {what}")
        time.sleep(POLL_SECONDS)
