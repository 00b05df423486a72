"""A child process with its output in a file, that never outlives the test that started it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from .wait import wait_for

STOP_SECONDS = 20
START_ATTEMPTS = 4
# What servers say (in Go, Python, Redis and C++) when another process was quicker to take their port.
PORT_TAKEN = ("address already in use", "address in use", "port already in use")

STEERING = ("OTEL_", "OTLP_", "TRACING_", "JAEGER_", "SPANHOLD", "HTTP_PROXY", "HTTPS_PROXY")

T = TypeVar("T")


class PortTaken(Exception):
    """A server ended at once because a port of its own was taken; another port may do."""


class Process:
    """Thread-compatible. The log holds stdout and stderr together, in the order of writing."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=clean_env(env),
            )

    def running(self) -> bool:
        return self._popen.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_ready(self, what: str, condition: Callable[[], bool]) -> None:
        """Waits until `condition` holds; ends the process when it never does."""
        try:
            wait_for(what, lambda: condition() or not self.running())
        except TimeoutError:
            self.kill()
            raise
        if not self.running():
            output = self.output()
            if any(words in output.lower() for words in PORT_TAKEN):
                raise PortTaken(output)
            raise RuntimeError(
                f"{what}: ended with {self._popen.returncode}\n{' '.join(self.command)}\n{output}"
            )

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Waits for the end that is coming anyway, and answers the exit code."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(
                f"{self.command[0]} still ran after {seconds} s\n{self.output()[-4000:]}"
            ) from None

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def stop(self, seconds: float = STOP_SECONDS) -> int:
        """Asks politely, waits, answers the exit code."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> None:
        if self.running():
            self._popen.kill()
        self._popen.wait()


def start_retrying(start: Callable[[], T]) -> T:
    """Calls `start`, which picks ports, again when another process took one of them first."""
    for _ in range(START_ATTEMPTS - 1):
        try:
            return start()
        except PortTaken:
            pass
    return start()


def clean_env(extra: dict[str, str] | None) -> dict[str, str]:
    """The environment without what would steer an SDK, the daemon or a proxy from outside the test."""
    env = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(STEERING)
    }
    return env | (extra or {})
