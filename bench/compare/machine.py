"""Where and with what it was measured."""

from __future__ import annotations

import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path


def about_this_machine(root: Path) -> dict[str, str]:
    cpu = _value_of(Path("/proc/cpuinfo"), "model name")
    memory = int(_value_of(Path("/proc/meminfo"), "MemTotal").split()[0]) / 1e6
    cores = _output("nproc")
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "machine": f"{cores} cores ({cpu}), {memory:.0f} GB of memory",
        "system": f"{_value_of(Path('/etc/os-release'), 'PRETTY_NAME', '=')}, Linux {platform.release()}",
        "compiler": _output("c++", "--version").splitlines()[0],
        "gRPC": _output("pkg-config", "--modversion", "grpc++"),
        "commit": _output("git", "-C", str(root), "describe", "--always", "--dirty"),
    }


def _value_of(path: Path, key: str, separator: str = ":") -> str:
    for line in path.read_text().splitlines():
        name, _, value = line.partition(separator)
        if name.strip() == key:
            return value.strip().strip('"')
    return "?"


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "?"
