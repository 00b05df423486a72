"""The steps that drills are made of."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from compare.process import free_port

from .daemon import Daemon
from .gate import Gate
from .outcome import Outcome
from .programs import Load, Sink
from .scripted import ScriptedBackend
from .subjects import BATCH, CONSUMERS, Settings, Spanhold, Subject
from .waiting import DrillError, wait_for

QUIET_SECONDS = 1.0  # nothing is held and nothing arrives for so long: all that will happen has happened
SETTLE_SECONDS = 60.0
SPANS_FOR_A_LOAD = 50_000_000  # numbers that one load may use


class Stage:
    """One drill under way. What it has started ends with it; its logs stay in `folder`.

    daemon, sink, and one of gate (a TCP proxy, the default) and scripted (an HTTP backend) are there
    after start().
    """

    daemon: Daemon
    sink: Sink
    gate: Gate
    scripted: ScriptedBackend

    def __init__(self, subject: Subject, build: Path, folder: Path, full: bool) -> None:
        self.subject = subject
        self.full = full
        self.folder = folder
        self.outcome = Outcome()
        # Spans whose answer the daemon never saw: what may be delivered twice, or also counted as dropped.
        self.in_flight = 0
        self.ports = {use: free_port() for use in ("grpc", "http", "metrics", "backend", "sink", "sink_http")}
        self._build = build
        self._loads: list[Load] = []
        self._runs: list[Daemon] = []
        self._acked_files: list[Path] = []
        self._exit = contextlib.ExitStack()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "journal").mkdir()

    def close(self) -> None:
        self._exit.close()
        shutil.rmtree(self.folder / "journal", ignore_errors=True)

    @property
    def is_spanhold(self) -> bool:
        return isinstance(self.subject, Spanhold)

    def size(self, small: float, full: float) -> Any:
        return full if self.full else small

    def at_end(self, step: Callable[..., Any], *arguments: Any) -> None:
        self._exit.callback(step, *arguments)

    # --- the parts ---

    def start(
        self,
        settings: Settings = Settings(),
        *,
        scripted: bool = False,
        sink: Sequence[str] = (),
        before: Sequence[str] = (),
        env: dict[str, str] | None = None,
    ) -> None:
        """The sink, what stands in front of it, and the daemon; ready when it returns."""
        self._settings, self._before, self._env = settings, before, env
        ports = self.ports
        self.sink = Sink(self._build / "bench" / "spanhold_sink", self.folder, ports["sink"], ports["sink_http"], sink)
        self.at_end(self.sink.stop)
        if scripted:
            self.scripted = ScriptedBackend(ports["backend"], ports["sink_http"])
            self.at_end(self.scripted.close)
        else:
            self.gate = Gate(ports["backend"], ports["sink_http" if settings.http else "sink"])
            self.at_end(self.gate.close)
        self.start_daemon()

    def start_daemon(self) -> None:
        """Also again, with the same configuration."""
        self.daemon = Daemon(self.subject, self.ports, self.folder, self._settings, self._before, self._env)
        self._runs.append(self.daemon)
        self.at_end(self.daemon.kill)
        self.daemon.wait_ready()

    def kill_daemon(self) -> None:
        self.daemon.kill()
        self.answers_are_lost()

    def answers_are_lost(self) -> None:
        """Whatever was in flight to the backend was in vain."""
        self.in_flight += CONSUMERS * BATCH

    def load(
        self, seconds: float, rate: int = 10_000, per_request: int = 50, http: bool = False, options: Sequence[str] = ()
    ) -> Load:
        """`rate` spans a second, 0: as fast as answers come."""
        number = len(self._loads) + 1
        target = f"http://127.0.0.1:{self.ports['http']}" if http else f"127.0.0.1:{self.ports['grpc']}"
        words = ["--spans", str(SPANS_FOR_A_LOAD), "--duration", f"{seconds:g}", "--rate", str(rate)]
        words += ["--per-request", str(per_request), *(["--http"] if http else []), *options]
        load = Load(
            self._build / "bench" / "spanhold_load",
            self.folder / f"load-{number}.json",
            self.acked_file(f"load-{number}"),
            target,
            number * SPANS_FOR_A_LOAD,
            words,
        )
        self._loads.append(load)
        self.at_end(load.kill)
        return load

    def acked_file(self, name: str) -> Path:
        """For lines FIRST SPANS of what was acknowledged."""
        path = self.folder / f"{name}.acked"
        self._acked_files.append(path)
        return path

    # --- what happens meanwhile ---

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)
        self.daemon.check_running()

    def wait(self, what: str, condition: Callable[[], bool], seconds: float = 30) -> None:
        wait_for(what, condition, seconds)

    def metric(self, *names: str) -> int:
        return self.daemon.metrics().total(*names)

    def expect_status(self, pattern: str, seconds: float = 5) -> None:
        """`spanhold status` soon names the trouble; if it does not, that is a finding."""
        if not self.is_spanhold:
            return
        deadline = time.monotonic() + seconds
        while True:
            if line := re.search(f"^.*(?:{pattern}).*$", self.daemon.status(), re.M | re.I):
                self.outcome.status.append(line[0].replace(f"{self.folder}/", ""))
                return
            if time.monotonic() > deadline:
                self.outcome.problems.append("status does not name the trouble")
                return
            time.sleep(0.1)

    def measure_blocked(self, seconds: float = 2) -> None:
        """CPU while nothing can move."""
        self.outcome.blocked_cpu = self.daemon.cpu_share(seconds)

    def fail(self, problem: str) -> None:
        self.outcome.problems.append(problem)

    # --- the end ---

    def finish(self) -> None:
        """The loads end, the daemon comes to rest, and what was acknowledged is compared with what has arrived."""
        for load in self._loads:
            self.outcome.uncertain += load.finish()["uncertain"]
        if self.daemon.running():
            self.settle()
            self.daemon.note()
            if wrong := self.subject.imbalance(self.daemon.metrics()):
                self.fail(wrong)
        self.compare()
        if self.daemon.running():
            self.daemon.end()

    def compare(self) -> None:
        report = self._report()
        outcome = self.outcome
        outcome.acked = report["acked"]
        outcome.delivered = report["acked"] - report["missing"]
        outcome.doubled = report["doubled"]
        outcome.counted = sum(run.counted for run in self._runs)
        outcome.peak_mb = max(run.peak_mb for run in self._runs)

    def missing(self) -> int:
        return self._report()["missing"]

    def _report(self) -> dict:
        whole = "".join(path.read_text() for path in self._acked_files if path.exists())
        new = self.sink.acked.with_suffix(".new")
        new.write_text(whole[: whole.rfind("\n") + 1])
        new.replace(self.sink.acked)
        return self.sink.report()

    def settle(self) -> None:
        """Until nothing is held, and nothing arrives."""
        deadline = time.monotonic() + SETTLE_SECONDS
        last, since = -1, time.monotonic()
        while True:
            self.daemon.check_running()
            try:
                held = self.daemon.held()
            except OSError:  # too busy to say
                held = -1
            arrived = self.sink.report()["requests"]
            if held != 0 or arrived != last:
                last, since = arrived, time.monotonic()
            elif time.monotonic() - since > QUIET_SECONDS:
                return
            if time.monotonic() > deadline:
                still = f"{held:,} spans are held" if held >= 0 else "it does not answer"
                raise DrillError(f"{still} still, {SETTLE_SECONDS:g} s after the last was sent")
            time.sleep(0.1)
