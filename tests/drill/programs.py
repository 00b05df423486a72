"""The two programs of bench/: the load, and the sink that counts what arrives."""

from __future__ import annotations

import json
import signal
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from compare.process import Process

from .waiting import DrillError, wait_for

LONGEST_LOAD_SECONDS = 900


class Sink(Process):
    """Takes OTLP on `grpc` and `http`; `acked` is the file that it compares with."""

    def __init__(self, program: Path, folder: Path, grpc: int, http: int, options: Sequence[str] = ()) -> None:
        self.acked = folder / "acked"
        self._url = f"http://127.0.0.1:{http}/report"
        command = [program, "--grpc", f"127.0.0.1:{grpc}", "--http", f"127.0.0.1:{http}", "--acked", self.acked]
        super().__init__([*command, *options], folder / "sink.log")
        wait_for("the sink answers", self._answers)

    def report(self) -> dict:
        with urllib.request.urlopen(self._url, timeout=30) as answer:
            return json.load(answer)

    def _answers(self) -> bool:
        self.check_running()
        try:
            self.report()
        except OSError:
            return False
        return True


class Load(Process):
    """spanhold_load on its way; sends on while its target is away."""

    def __init__(self, program: Path, log: Path, acked: Path, target: str, first: int, options: Sequence[str]) -> None:
        command = [program, "--target", target, "--first", str(first), "--acked", acked, "--keep-going"]
        super().__init__([*command, *options], log)

    def finish(self) -> dict:
        """Waits until it has sent all."""
        self.wait(LONGEST_LOAD_SECONDS)
        return self._report()

    def end(self) -> dict:
        """What is under way is answered still, and nothing is sent any more."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.finish()

    def _report(self) -> dict:
        text = self.log.read_text()
        if not text.startswith("{"):
            raise DrillError(f"spanhold_load: {text.strip() or 'did not end'}")
        return json.loads(text)
