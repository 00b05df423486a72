"""Runs the real binary for a test: free ports, its log, and what it answers.

Only Python's standard library, because the tests run on a bare Debian.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

BINARY = os.environ["SPANHOLD_BINARY"]

# What every run is given of this process's environment; the options are the sanitizers'.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k == "PATH" or k.endswith("SAN_OPTIONS")}

# Bounds every wait. Far above what anything takes, so that only a hang meets it.
PATIENCE_SECONDS = 30


class Daemon:
    """One run of the daemon. Listens on free ports and tells which from its log."""

    def __init__(self, config, *arguments, environment=None):
        self.directory = tempfile.TemporaryDirectory(prefix="spanhold-")
        self.config_path = os.path.join(self.directory.name, "config.yaml")
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(config.replace("$DIR", self.directory.name))
        self.lines = []
        self._changed = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            [BINARY, "--config", self.config_path, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**ENVIRONMENT, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for_line(self, pattern, count=1):
        """The `count`th match of `pattern` in the log."""

        def found():
            matches = [m for line in self.lines if (m := re.search(pattern, line))]
            return matches[count - 1] if len(matches) >= count else None

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, PATIENCE_SECONDS)
            match = found()
        if not match:
            raise AssertionError(f"no line like {pattern!r} in:\n" + "\n".join(self.lines))
        return match

    def port(self, what):
        """The port that a part of the daemon listens on."""
        line = self.wait_for_line(rf"{what}: listening.* endpoint=\S*:(\d+)")
        return int(line.group(1))

    def wait_until_ready(self):
        self.wait_for_line(r"ready")

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def request(self, method, port, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read(), dict(response.getheaders())
        finally:
            connection.close()

    def get(self, port, path):
        status, body, _ = self.request("GET", port, path)
        return status, body.decode()

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def stop(self):
        """Ends the run as an operator would and returns the exit code."""
        self.signal()
        return self.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        self.process.stdout.close()
        self.directory.cleanup()


class DaemonTest(unittest.TestCase):
    def start(self, config, *arguments, environment=None):
        daemon = Daemon(config, *arguments, environment=environment)
        self.addCleanup(daemon.close)
        return daemon

    def run_to_end(self, *arguments, environment=None):
        """For commands that end by themselves: exit code and all they printed."""
        result = subprocess.run(
            [BINARY, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
            env={**ENVIRONMENT, **(environment or {})},
            check=False,
        )
        return result.returncode, result.stdout

    def assert_balanced(self, status_page):
        """Every row of the status page's pipelines and lanes ends in a difference of 0."""
        rows = re.findall(r"^(?!RECEIVER|PIPELINE|LANE)(\S.*?)((?: +-?\d+){6})$", status_page, re.M)
        self.assertTrue(rows, status_page)
        for name, numbers in rows:
            self.assertEqual(numbers.split()[-1], "0", f"{name} does not balance:\n{status_page}")

    def post(self, daemon, names):
        """Sends spans of these names over OTLP/HTTP; the answer's status."""
        port = daemon.port("otlp.*http")
        return daemon.request("POST", port, "/v1/traces", json_request(names), JSON_HEADERS)[0]

    def post_many(self, daemon, prefix, requests, spans=5):
        """The names of all spans of `requests` requests, each of which must be acknowledged."""
        sent = []
        for request in range(requests):
            names = [f"{prefix}-{request}-{span}" for span in range(spans)]
            self.assertEqual(self.post(daemon, names), 200)
            sent += names
        return sent

    def status(self, daemon):
        return daemon.get(daemon.port("metrics"), "/status")[1]

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            threading.Event().wait(0.02)


def json_request(spans, service="test-service"):
    """An OTLP JSON request with these span names."""
    return json.dumps(
        {
            "resourceSpans": [
                {
                    "resource": {
                        "attributes": [{"key": "service.name", "value": {"stringValue": service}}]
                    },
                    "scopeSpans": [
                        {
                            "scope": {"name": "test"},
                            "spans": [
                                {
                                    "traceId": f"{index + 1:032x}",
                                    "spanId": f"{index + 1:016x}",
                                    "name": name,
                                    "startTimeUnixNano": "1700000000000000000",
                                    "endTimeUnixNano": "1700000000001000000",
                                }
                                for index, name in enumerate(spans)
                            ],
                        }
                    ],
                }
            ]
        }
    )


JSON_HEADERS = {"Content-Type": "application/json"}


def names_in_jsonl(path):
    """Names of all spans in a file of OTLP JSON lines."""
    names = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            for resource_spans in json.loads(line).get("resourceSpans", []):
                for scope_spans in resource_spans.get("scopeSpans", []):
                    names += [span["name"] for span in scope_spans.get("spans", [])]
    return names
