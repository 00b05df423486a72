"""A backend in trouble: every kind of answer and of no answer, and what becomes of the spans."""

import http.server
import json
import re
import socket
import threading
import unittest

from harness import JSON_HEADERS, PATIENCE_SECONDS, DaemonTest, json_request, names_in_jsonl
from test_delivery import TELEMETRY

HANG = "hang"  # no answer
CLOSE = "close"  # the connection closes without an answer
CUT = "cut"  # the connection closes in the middle of the answer's headers
HALF = "half"  # it takes the spans, and closes in the middle of the answer's body

# Waits that a test can sit through.
QUICK = """
      timeout: 300ms
      retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}"""


def answer(status, body="", **headers):
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


class Backend:
    """An OTLP/HTTP backend for JSON that answers as `script(names of the spans, index)` says."""

    def __init__(self, script):
        self.changed = threading.Condition()
        self.requests = []  # names of the spans of each
        self.taken = []  # names of spans that were answered with 200
        self.open = 0
        self.open_at = []  # how many requests were open as each one came
        self.ending = threading.Event()
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                backend.serve(self, script)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def serve(self, handler, script):
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        names = [
            span["name"]
            for resource_spans in body["resourceSpans"]
            for scope_spans in resource_spans["scopeSpans"]
            for span in scope_spans["spans"]
        ]
        with self.changed:
            index = len(self.requests)
            self.requests.append(names)
            self.open += 1
            self.open_at.append(self.open)
            self.changed.notify_all()
        try:
            self.reply(handler, script(names, index), names)
        finally:
            with self.changed:
                self.open -= 1

    def reply(self, handler, reply, names):
        if reply == HANG:
            # The client closes the connection when it has had enough.
            while not self.ending.is_set() and handler.connection.recv(1):
                pass
        if reply == HALF:
            self.take(names)
        if reply in (HANG, CLOSE, CUT, HALF):
            if reply == CUT:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            if reply == HALF:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            handler.close_connection = True
            return
        status, body, headers = reply
        if status == 200:
            self.take(names)
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    def take(self, names):
        with self.changed:
            self.taken += names
            self.changed.notify_all()

    def wait(self, condition):
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE_SECONDS):
                raise AssertionError(f"requests: {self.requests}, taken: {self.taken}")

    def close(self):
        self.ending.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class TroubleTest(DaemonTest):
    def backend(self, script):
        backend = Backend(script)
        self.addCleanup(backend.close)
        return backend

    def daemon(self, exporters, names):
        daemon = self.start(
            f"""
receivers:
  otlp:
    protocols:
      http: {{endpoint: "localhost:0"}}
exporters:{exporters}
service:
  shutdown_timeout: 5s
  pipelines:
    traces: {{receivers: [otlp], exporters: [{names}]}}"""
            + TELEMETRY
        )
        daemon.wait_until_ready()
        return daemon

    def to(self, backend, keys=QUICK, name="otlp_http"):
        return f"""
    {name}:
      traces_endpoint: {backend.url}
      encoding: json
      compression: none{keys}"""

    def post(self, daemon, names):
        status, _, _ = daemon.request(
            "POST", daemon.port("otlp.*http"), "/v1/traces", json_request(names), JSON_HEADERS
        )
        self.assertEqual(status, 200)

    def end(self, daemon, exporter="otlp_http"):
        """Stops the daemon; what became of the spans of the lane, which balances."""
        self.assertEqual(daemon.stop(), 0)
        line = daemon.wait_for_line(rf"traces > {exporter}: what became of its spans (.*)").group(1)
        ends = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)}
        handed = ends.pop("handed_on")
        self.assertEqual(handed, sum(ends.values()), line)
        return ends

    def test_what_an_answer_confirmed_before_it_broke_off_is_not_sent_again(self):
        backend = self.backend(lambda _, index: answer(200) if index else HALF)
        daemon = self.daemon(self.to(backend), "otlp_http")

        self.post(daemon, ["a"])
        backend.wait(lambda: backend.taken == ["a"])
        self.post(daemon, ["b"])
        backend.wait(lambda: len(backend.taken) == 2)

        self.assertEqual(backend.requests, [["a"], ["b"]])
        self.assertEqual(self.end(daemon)["sent"], 2)

    def test_delivers_after_every_failure_that_may_pass(self):
        failures = [answer(429), answer(502), answer(503), answer(504), HANG, CLOSE, CUT]
        failures += [answer(503, "later", Retry_After="0")]
        backend = self.backend(
            lambda _, index: failures[index] if index < len(failures) else answer(200)
        )
        daemon = self.daemon(self.to(backend), "otlp_http")

        self.post(daemon, ["a", "b"])
        backend.wait(lambda: backend.taken == ["a", "b"])

        # A connection that closes before the answer is tried once more at once by the HTTP client.
        self.assertGreaterEqual(len(backend.requests), len(failures) + 1)
        self.assertEqual(self.end(daemon)["sent"], 2)

    def test_counts_what_is_refused_for_good_and_says_why(self):
        codes = [400, 401, 403, 404, 408, 413, 500, 501]
        backend = self.backend(
            lambda _, index: answer(codes[index], f"no to {codes[index]}")
            if index < len(codes)
            else answer(200)
        )
        daemon = self.daemon(
            self.to(backend, QUICK + "\n      sending_queue: {num_consumers: 1}"), "otlp_http"
        )

        for index in range(len(codes) + 1):
            self.post(daemon, [f"span-{index}"])
        backend.wait(lambda: backend.taken == [f"span-{len(codes)}"])

        ends = self.end(daemon)
        self.assertEqual((ends["sent"], ends["rejected"]), (1, len(codes)))
        said = [line for line in daemon.lines if "refused spans for good" in line]
        self.assertEqual(len(said), 1, said)  # once a minute
        self.assertIn("no to 400", said[0])

    def test_sends_in_halves_what_is_too_large(self):
        backend = self.backend(
            lambda names, _: answer(413) if len(names) > 2 or "huge" in names else answer(200)
        )
        daemon = self.daemon(self.to(backend), "otlp_http")
        small = [f"span-{i}" for i in range(15)]

        self.post(daemon, small[:7] + ["huge"] + small[7:])
        backend.wait(lambda: len(backend.taken) == len(small))

        self.assertEqual(sorted(backend.taken), sorted(small))
        ends = self.end(daemon)
        self.assertEqual((ends["sent"], ends["rejected"]), (15, 1))

    def test_a_partial_success_is_counted_and_not_sent_again(self):
        body = '{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "too old"}}'
        backend = self.backend(lambda *_: answer(200, body, Content_Type="application/json"))
        daemon = self.daemon(self.to(backend), "otlp_http")

        self.post(daemon, ["a", "b", "c"])
        daemon.wait_for_line("threw away spans of a batch it took.*too old")

        ends = self.end(daemon)
        self.assertEqual((ends["sent"], ends["rejected"]), (2, 1))
        self.assertEqual(len(backend.requests), 1)

    def test_tests_a_backend_that_hangs_with_one_request(self):
        back = threading.Event()
        backend = self.backend(lambda *_: answer(200) if back.is_set() else HANG)
        # Waits far longer than it takes the backend to see that a connection is closed.
        keys = """
      timeout: 300ms
      retry_on_failure: {initial_interval: 300ms, max_interval: 300ms}"""
        daemon = self.daemon(self.to(backend, keys), "otlp_http")

        for index in range(30):
            self.post(daemon, [f"span-{index}"])
        backend.wait(lambda: len(backend.requests) >= 24)
        _, page = daemon.get(daemon.port("metrics"), "/status")
        back.set()
        backend.wait(lambda: len(set(backend.taken)) == 30)

        self.assertRegex(page, r"traces > otlp_http: for \S+ the backend does not take spans: ")
        # Ten senders at first. Their second attempts may begin before it is clear that nobody is
        # there, the ones after that not.
        self.assertEqual(set(backend.open_at[20:24]), {1})
        self.assertEqual(self.end(daemon)["sent"], 30)

    def test_a_lane_that_drops_does_not_hold_back_another(self):
        backend = self.backend(lambda *_: HANG)
        daemon = self.daemon(
            self.to(
                backend,
                """
      retry_on_failure: {initial_interval: 100s, max_interval: 100s}
      sending_queue: {queue_size: 3, block_on_overflow: false}""",
            )
            + "\n    file: {path: $DIR/traces.jsonl, flush_interval: 10ms}",
            "otlp_http, file",
        )
        sent = [f"span-{i}" for i in range(200)]

        for name in sent:
            self.post(daemon, [name])

        ends = self.end(daemon)
        self.assertEqual(sorted(names_in_jsonl(daemon.path("traces.jsonl"))), sorted(sent))
        self.assertEqual((ends["sent"], ends["dropped"]), (0, 200))
        said = [line for line in daemon.lines if "the sending queue is full" in line]
        self.assertEqual(len(said), 1, said)

    def test_a_lane_that_hangs_takes_no_time_from_another_at_shutdown(self):
        hangs = self.backend(lambda *_: HANG)
        recovers = self.backend(lambda _, index: answer(503) if index == 0 else answer(200))
        slow = "\n      retry_on_failure: {initial_interval: 100s, max_interval: 100s}"
        # In the order of their names, which is that of the shutdown.
        daemon = self.daemon(
            self.to(hangs, slow, "otlp_http/a") + self.to(recovers, slow, "otlp_http/b"),
            "otlp_http/a, otlp_http/b",
        )
        self.post(daemon, ["a"])
        daemon.wait_for_line("otlp_http/b: the backend does not take spans")

        self.assertEqual(self.end(daemon, "otlp_http/b")["sent"], 1)
        self.assertEqual(recovers.taken, ["a"])

    def test_sends_over_grpc_soon_after_the_backend_is_back(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        taker = f"""
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
exporters: {{file: {{path: $DIR/traces.jsonl}}}}
service:
  pipelines: {{traces: {{receivers: [otlp], exporters: [file]}}}}""" + TELEMETRY
        daemon = self.daemon(
            f"""
    otlp_grpc:
      endpoint: 127.0.0.1:{port}
      tls: {{insecure: true}}
      retry_on_failure: {{initial_interval: 50ms, max_interval: 200ms}}""",
            "otlp_grpc",
        )

        for name in ("a", "b"):
            self.post(daemon, [name])
            daemon.wait_for_line("otlp_grpc: the backend does not take spans")
            backend = self.start(taker)
            backend.wait_until_ready()
            # Said once a minute, so only the first time.
            daemon.wait_for_line("otlp_grpc: delivering again")
            while f'sent_spans{{exporter="otlp_grpc",pipeline="traces"}} {"ab".index(name) + 1}' not in (
                daemon.get(daemon.port("metrics"), "/metrics")[1]
            ):
                pass
            self.assertEqual(backend.stop(), 0)
            self.assertEqual(names_in_jsonl(backend.path("traces.jsonl")), [name])

        self.assertEqual(self.end(daemon, "otlp_grpc")["sent"], 2)


if __name__ == "__main__":
    unittest.main()
