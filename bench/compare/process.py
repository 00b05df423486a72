"""Processes and what Linux knows of them (proc(5))."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 15


# Below Linux's range for outgoing connections: asking such a port again and again whether somebody
# listens would in the end connect the asker to itself.
LOWEST_PORT, HIGHEST_PORT = 20000, 32000


def free_port() -> int:
    while True:
        port = random.randrange(LOWEST_PORT, HIGHEST_PORT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class ProcessEnded(Exception):
    """It ended by itself; the message has its last words."""


class Process:
    """A child process; leaving its `with` block ends it."""

    def __init__(self, command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("wb") as output:
            # Without close_fds Python starts it by vfork: half a millisecond from here to exec.
            self._popen = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                close_fds=False,
            )
        self._proc = Path("/proc") / str(self._popen.pid)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def running(self) -> bool:
        return self._popen.poll() is None

    def check_running(self) -> None:
        if not self.running():
            tail = self.log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ProcessEnded(f"{self._popen.args[0]} has ended: " + " / ".join(tail))

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def stop(self, seconds: float = STOP_SECONDS) -> int:
        """SIGTERM, and SIGKILL for one that does not end; the exit code, negative for a signal."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """The exit code of one that is about to end; SIGKILL when it does not."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        self._popen.kill()
        return self._popen.wait()

    def cpu_seconds(self) -> float:
        """User and system time of all its threads, ended ones too; to 10 ms."""
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def precise_cpu_seconds(self) -> float:
        """The same to a microsecond, of the threads there are."""
        nanoseconds = 0
        for task in (self._proc / "task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                nanoseconds += int((task / "schedstat").read_text().split()[0])
        return nanoseconds * 1e-9

    def memory_mb(self, what: str) -> float:
        """VmRSS or VmHWM, in millions of bytes."""
        for line in (self._proc / "status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0
