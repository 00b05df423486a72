"""One run of a daemon, from its start to its end, however that comes."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from compare.process import Process

from .metrics import Metrics
from .subjects import Settings, Subject
from .waiting import PATIENCE_SECONDS, DrillError, wait_for

class Daemon(Process):
    """Started when made. `before`: words in front of the command."""

    def __init__(
        self,
        subject: Subject,
        ports: Mapping[str, int],
        folder: Path,
        settings: Settings,
        before: Sequence[str] = (),
        env: dict[str, str] | None = None,
    ) -> None:
        self.subject = subject
        self.ports = ports
        self.peak_mb = 0.0
        self.counted = 0  # of this run, as far as it was read
        run = len(list(folder.glob("daemon-*.log")))
        config = folder / f"daemon-{run}.yaml"
        config.write_text(json.dumps(subject.configuration(ports, str(folder / "journal"), settings), indent=1))
        super().__init__([*before, subject.program, "--config", config], folder / f"daemon-{run}.log", env)

    def wait_ready(self) -> None:
        def ready() -> bool:
            self.check_running()
            try:
                self.metrics()
            except OSError:
                return False
            return True

        wait_for("the daemon answers", ready)

    def metrics(self) -> Metrics:
        return Metrics.read(self.ports["metrics"])

    def held(self) -> int:
        return self.subject.held(self.metrics())

    def status(self) -> str:
        """As a person sees it."""
        command = [self.subject.program, "status", "--address", f"127.0.0.1:{self.ports['metrics']}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
        return done.stdout + done.stderr

    def note(self) -> None:
        """Reads what is gone once it has ended."""
        self.peak_mb = max(self.peak_mb, self.memory_mb("VmHWM"))
        self.counted = self.subject.counted(self.metrics())

    def kill(self) -> int:
        if self.running():
            self.peak_mb = max(self.peak_mb, self.memory_mb("VmHWM"))
        return super().kill()

    def end(self) -> None:
        """SIGTERM, as an operator would."""
        self.check_running()
        self.note()
        self.signal(signal.SIGTERM)
        code = self.wait(PATIENCE_SECONDS)
        if code != 0:
            raise DrillError(f"exit code {code} after SIGTERM")
        self.counted = max(self.counted, self.subject.counted_in_log(self.log.read_text(errors="replace")))

    def cpu_share(self, seconds: float) -> float:
        """Of one core, while the caller sleeps."""
        before = self.precise_cpu_seconds()
        time.sleep(seconds)
        return (self.precise_cpu_seconds() - before) / seconds
