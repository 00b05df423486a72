"""Jaeger all-in-one as a backend: every port of its own, storage in memory."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection
from pathlib import Path

from . import jaeger_model
from .jaeger_model import JaegerSpan
from .ports import free_port
from .process import Process, start_retrying
from .wait import wait_for

# Servers that the tests do not use still need a port that is theirs; for these 0 will do.
UNUSED = (
    "http-server.host-port",
    "processor.jaeger-binary.server-host-port",
    "processor.jaeger-compact.server-host-port",
    "processor.zipkin-compact.server-host-port",
)
USED = {
    "otlp_grpc": "collector.otlp.grpc.host-port",
    "otlp_http": "collector.otlp.http.host-port",
    "thrift": "collector.http-server.host-port",
    "grpc": "collector.grpc-server.host-port",
    "query": "query.http-server.host-port",
    "query_grpc": "query.grpc-server.host-port",
    "admin": "admin.http.host-port",
}
MANY_TRACES = 1_000_000
# A batch leaves after 200 ms; the rest is for a machine that is busy with something else.
ARRIVAL_SECONDS = 20


class Jaeger:
    def __init__(self, process: Process, ports: dict[str, int]) -> None:
        self.process = process
        self.ports = ports

    @classmethod
    def start(cls, binary: Path, directory: Path, name: str) -> Jaeger:
        return start_retrying(lambda: cls._start(binary, directory, name))

    @classmethod
    def _start(cls, binary: Path, directory: Path, name: str) -> Jaeger:
        ports = {use: free_port() for use in USED}
        flags = [f"--{flag}=127.0.0.1:{ports[use]}" for use, flag in USED.items()]
        flags += [f"--{flag}=127.0.0.1:0" for flag in UNUSED]
        # Jaeger traces itself by default, to whatever listens on 4317.
        env = {"OTEL_TRACES_SAMPLER": "always_off"}
        command = [binary, *flags, "--log-level=warn", "--collector.queue-size=100000"]
        process = Process(command, directory / f"jaeger-{name}.log", env)
        jaeger = cls(process, ports)
        process.wait_ready(f"Jaeger {name}", lambda: jaeger._get("admin", "/") is not None)
        return jaeger

    def address(self, use: str) -> str:
        return f"127.0.0.1:{self.ports[use]}"

    def trace(self, trace_id: str) -> list[JaegerSpan]:
        """The spans of one trace, none when Jaeger does not know it. `raw`: as they came, nothing repaired."""
        answer = self._get("query", f"/api/traces/{trace_id}?raw=true")
        return (
            []
            if answer is None
            else [span for trace in answer["data"] for span in jaeger_model.from_api(trace)]
        )

    def traces(self, trace_ids: Collection[str]) -> list[JaegerSpan]:
        return [span for trace_id in sorted(set(trace_ids)) for span in self.trace(trace_id)]

    def traces_when(self, spans: int, trace_ids: Collection[str]) -> list[JaegerSpan]:
        """The spans of these traces once there are `spans`. Too few after a while are the caller's to name."""
        with contextlib.suppress(TimeoutError):
            wait_for(
                f"{spans} spans in Jaeger",
                lambda: len(self.traces(trace_ids)) >= spans,
                ARRIVAL_SECONDS,
            )
        return self.traces(trace_ids)

    def keys_of_service(self, service: str) -> list[tuple[str, str]]:
        """The ids of all spans in all traces that `service` has a part in."""
        query = urllib.parse.urlencode({"service": service, "limit": MANY_TRACES, "raw": "true"})
        answer = self._get("query", f"/api/traces?{query}")
        return [
            (span["traceID"].zfill(32), span["spanID"].zfill(16))
            for trace in answer["data"]
            for span in trace["spans"]
        ]

    def _get(self, use: str, path: str) -> dict | None:
        """The answer as JSON; none when nobody listens yet or there is no such thing."""
        try:
            with urllib.request.urlopen(f"http://{self.address(use)}{path}", timeout=30) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            if error.code in (404, 503):
                return None
            raise
        except OSError:
            return None
