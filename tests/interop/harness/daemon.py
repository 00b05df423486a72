"""The daemon under test, or another Collector in its place, with a configuration of the Collector's shape."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .ports import free_port
from .process import Process, clean_env, start_retrying

Config = dict[str, Any]


class Daemon:
    """A running daemon. `grpc` and `http` are the addresses that it takes OTLP on."""

    def __init__(self, process: Process, ports: dict[str, int], exporters: list[str]) -> None:
        self.process = process
        self.ports = ports
        self.exporters = exporters
        self.grpc = f"127.0.0.1:{ports['grpc']}"
        self.http = f"127.0.0.1:{ports['http']}"

    @classmethod
    def start(
        cls,
        binary: Path,
        directory: Path,
        name: str,
        exporters: Mapping[str, Config],
        batch: Config | None = None,
    ) -> Daemon:
        """One pipeline: OTLP in, batch, all of `exporters` out. Returns when its health check says 200."""
        return start_retrying(lambda: cls._start(binary, directory, name, exporters, batch))

    @classmethod
    def _start(
        cls,
        binary: Path,
        directory: Path,
        name: str,
        exporters: Mapping[str, Config],
        batch: Config | None,
    ) -> Daemon:
        ports = {use: free_port() for use in ("grpc", "http", "health", "metrics")}
        path = directory / f"{name}.yaml"
        path.write_text(yaml.safe_dump(_config(ports, exporters, batch), sort_keys=False))
        process = Process([binary, "--config", path], directory / f"{name}.log")
        daemon = cls(process, ports, list(exporters))
        process.wait_ready(name, daemon.healthy)
        return daemon

    def healthy(self) -> bool:
        return _fetch(self.ports["health"], "/") is not None

    def status(self) -> str:
        """The ledger, as `spanhold status` prints it."""
        command = [
            self.process.command[0],
            "status",
            "--address",
            f"127.0.0.1:{self.ports['metrics']}",
        ]
        result = subprocess.run(
            command, capture_output=True, text=True, env=clean_env(None), timeout=10, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def metric(self, name: str, **labels: str) -> float:
        """The sum of all series of a metric that have these labels, under its name or with _total after it."""
        total = 0.0
        for line in (_fetch(self.ports["metrics"], "/metrics") or "").splitlines():
            series = re.fullmatch(rf"{name}(?:_total)?(?:\{{(.*)\}})? (\S+)", line)
            if series and all(
                f'{key}="{value}"' in (series[1] or "") for key, value in labels.items()
            ):
                total += float(series[2])
        return total


def _config(ports: dict[str, int], exporters: Mapping[str, Config], batch: Config | None) -> Config:
    return {
        "receivers": {
            "otlp": {
                "protocols": {
                    # The Collector takes 4 MiB unless told otherwise, OTLP asks for 64.
                    "grpc": {"endpoint": f"127.0.0.1:{ports['grpc']}", "max_recv_msg_size_mib": 64},
                    "http": {"endpoint": f"127.0.0.1:{ports['http']}"},
                }
            }
        },
        "processors": {"batch": batch or {"send_batch_size": 512, "timeout": "200ms"}},
        "exporters": dict(exporters),
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{ports['health']}"}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {
                "metrics": {
                    "level": "normal",
                    "readers": [
                        {
                            "pull": {
                                "exporter": {
                                    "prometheus": {"host": "127.0.0.1", "port": ports["metrics"]}
                                }
                            }
                        }
                    ],
                }
            },
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": list(exporters),
                }
            },
        },
    }


def _fetch(port: int, path: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.read().decode()
    except OSError:
        return None
