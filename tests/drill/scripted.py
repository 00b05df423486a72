"""A backend over OTLP/HTTP that misbehaves as a script says, in front of the sink that counts."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_SECONDS = 30


class Request(BaseHTTPRequestHandler):
    """One request of the daemon, and what can be done to it."""

    protocol_version = "HTTP/1.1"
    server: ScriptedBackend

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.next_step()(self)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def deliver(self, body: bytes) -> bool:
        """To the sink."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.sink_port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
            return connection.getresponse().status == http.client.OK
        finally:
            connection.close()

    def break_off(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


Step = Callable[[Request], None]


def take(request: Request) -> None:
    request.answer(200 if request.deliver(request.body) else 500, Content_Type=request.headers["Content-Type"])


def answer(status: int, **headers: str) -> Step:
    return lambda request: request.answer(status, b"the drill says no", Content_Type="text/plain", **headers)


def take_and_close(request: Request) -> None:
    """The worst moment: the spans are there, and no answer says so."""
    request.deliver(request.body)
    request.break_off()


def take_and_break_off(request: Request) -> None:
    """The answer says that the spans are there, and stops in the middle of its body."""
    request.deliver(request.body)
    with contextlib.suppress(OSError):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    request.break_off()


def take_half(request: Request) -> None:
    """Every second span, and says so; for OTLP in JSON."""
    message = json.loads(request.body)
    rejected = 0
    for resource in message["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            rejected += len(scope["spans"][1::2])
            del scope["spans"][1::2]
    request.deliver(json.dumps(message, separators=(",", ":")).encode())
    partial = {"rejectedSpans": str(rejected), "errorMessage": "the drill takes every second span"}
    request.answer(200, json.dumps({"partialSuccess": partial}).encode(), Content_Type="application/json")


class ScriptedBackend(ThreadingHTTPServer):
    """Does `step` with each request, or what do_each() was told last."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sink_port: int) -> None:
        super().__init__(("127.0.0.1", port), Request)
        self.sink_port = sink_port
        self.steps_done = 0
        self._script: Callable[[int], Step] = lambda _: take
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="scripted", daemon=True)
        self._thread.start()

    def do_each(self, step: Step) -> None:
        self.follow(lambda _: step)

    def follow(self, script: Callable[[int], Step]) -> None:
        """`script` gets the number of the request, from 0."""
        with self._lock:
            self._script, self.steps_done = script, 0

    def next_step(self) -> Step:
        with self._lock:
            self.steps_done += 1
            return self._script(self.steps_done - 1)

    def handle_error(self, *_: object) -> None:
        pass  # the daemon was killed, or gave up

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
