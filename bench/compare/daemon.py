"""A daemon under test on ports of its own, with the backend it sends to."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
import urllib.request
from pathlib import Path

from .peers import Peer
from .process import Process, free_port
from .table import Scenario

START_SECONDS = 10.0
MOST_SECONDS = 10  # that one load sends for, so that a slow daemon does not take all day
EMPTY_REQUEST = ("POST", "/v1/traces", b"", {"Content-Type": "application/x-protobuf"})


class BenchError(Exception):
    """A run that says nothing about the daemon's speed; the message says why."""


class Places:
    """The ports and folders of one run, as environment variables and as words of a command."""

    def __init__(self, scratch: Path, compression: str) -> None:
        self.scratch = scratch
        self.files = scratch / "files"
        self.files.mkdir(exist_ok=True)
        self.words = {
            "BENCH_COMPRESSION": compression,
            "BENCH_FILES": str(self.files),
            **{
                f"BENCH_{name}": str(free_port())
                for name in ("GRPC", "HTTP", "SINK_GRPC", "SINK_HTTP", "METRICS")
            },
        }

    def port(self, name: str) -> int:
        return int(self.words[f"BENCH_{name}"])


class Daemon(Process):
    """Started when made; `start_seconds` is known after wait_ready()."""

    def __init__(self, peer: Peer, output: str, places: Places) -> None:
        self._places = places
        self.start_seconds = 0.0
        command = peer.command(output, {"scratch": str(places.scratch), **places.words})
        self._begin = time.monotonic()
        super().__init__(command, places.scratch / "daemon.log", places.words)

    def wait_ready(self) -> None:
        """Until it has accepted a request over HTTP and listens for gRPC."""
        deadline = self._begin + START_SECONDS
        while not (self._accepts() and self._listens()):
            self.check_running()
            if time.monotonic() > deadline:
                raise BenchError(f"{self.log}: not ready after {START_SECONDS:g} s")
            time.sleep(0.0002)
        self.start_seconds = time.monotonic() - self._begin

    def _accepts(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._places.port("HTTP"), timeout=5)
        try:
            connection.request(*EMPTY_REQUEST)
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _listens(self) -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", self._places.port("GRPC"), timeout=5).connect()
        except OSError:
            return False
        return True


class Tools:
    """The programs of bench/ that the release build has made."""

    def __init__(self, build: Path) -> None:
        self.load_program = build / "bench" / "spanhold_load"
        self.sink_program = build / "bench" / "spanhold_sink"

    def load(self, scenario: Scenario, places: Places, first: int, spans: int, acked: Path) -> dict:
        """Sends; the report of spanhold_load."""
        target = f"http://127.0.0.1:{places.port('HTTP')}" if scenario.http else f"127.0.0.1:{places.port('GRPC')}"
        command = [self.load_program, "--target", target, "--first", str(first), "--spans", str(spans)]
        command += ["--acked", str(acked), "--duration", str(MOST_SECONDS), *scenario.load.split()]
        if scenario.http:
            command.append("--http")
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
        if not done.stdout:
            raise BenchError(f"spanhold_load: {done.stderr.strip()}")
        return json.loads(done.stdout)


class SinkBackend:
    """spanhold_sink, listening."""

    def __init__(self, tools: Tools, places: Places, acked: Path) -> None:
        command = [tools.sink_program, "--grpc", f"127.0.0.1:{places.port('SINK_GRPC')}"]
        command += ["--http", f"127.0.0.1:{places.port('SINK_HTTP')}", "--acked", acked]
        self._report_url = f"http://127.0.0.1:{places.port('SINK_HTTP')}/report"
        self._process = Process(command, places.scratch / "sink.log")
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.report()
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise BenchError(f"spanhold_sink did not start: {error}") from error
                time.sleep(0.01)

    def progress(self) -> int:
        """Grows while spans arrive."""
        return int(self.report()["arrived"])

    def report(self) -> dict:
        with urllib.request.urlopen(self._report_url, timeout=30) as answer:
            return json.load(answer)

    def stop(self) -> None:
        self._process.stop()


class FileBackend:
    """A directory of .jsonl files, counted by spanhold_sink."""

    def __init__(self, tools: Tools, places: Places, acked: Path) -> None:
        self._files = places.files
        self._command = [tools.sink_program, "--jsonl", places.files, "--acked", acked]

    def progress(self) -> int:
        return sum(path.stat().st_size for path in self._files.glob("*.jsonl"))

    def report(self) -> dict:
        done = subprocess.run(self._command, capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)

    def stop(self) -> None:
        for path in self._files.iterdir():
            path.unlink()
