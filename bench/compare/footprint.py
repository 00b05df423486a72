"""What a daemon takes that does nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .daemon import Daemon, Places, SinkBackend, Tools
from .peers import Peer

SETTLE_SECONDS = 2.0
IDLE_SECONDS = 10.0


def measure_footprint(peer: Peer, tools: Tools) -> dict:
    with tempfile.TemporaryDirectory(prefix="spanhold-bench-") as scratch:
        places = Places(Path(scratch), "none")
        backend = SinkBackend(tools, places, places.scratch / "acked")
        try:
            with Daemon(peer, "otlp", places) as daemon:
                daemon.wait_ready()
                time.sleep(SETTLE_SECONDS)
                cpu = daemon.precise_cpu_seconds()
                time.sleep(IDLE_SECONDS)
                daemon.check_running()
                return {
                    "rss_idle_mb": daemon.memory_mb("VmRSS"),
                    "start_ms": daemon.start_seconds * 1e3,
                    "idle_cpu_percent": (daemon.precise_cpu_seconds() - cpu) / IDLE_SECONDS * 100,
                    "binary_mb": _stripped_mb(peer, Path(scratch)),
                }
        finally:
            backend.stop()


def _stripped_mb(peer: Peer, scratch: Path) -> float:
    program = shutil.which(peer.program)
    if program is None:
        return 0.0
    stripped = scratch / "stripped"
    subprocess.run(["strip", "-o", stripped, program], check=False, stderr=subprocess.DEVNULL)
    return (stripped if stripped.exists() else Path(program)).stat().st_size / 1e6
