"""Waiting for something to become true: the only way that these tests wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.02


def wait_for(what: str, condition: Callable[[], T], seconds: float = 30) -> T:
    """The first true answer of `condition`; an error that says what was waited for after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}; last seen: {answer!r}")
        time.sleep(POLL_SECONDS)  # the interval of a poll, bounded by the deadline above
