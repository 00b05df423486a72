"""Clients are in trouble, or make it: the others must not notice."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import random
import resource
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from . import grpc_client, requests
from .stage import Stage
from .subjects import Settings
from .waiting import Skipped

OWN_NUMBERS = 200_000_000  # of spans that are sent from here, beyond those of the loads
FOREIGN = 1 << 40  # of spans that the sink is not to tell apart
GOOD_RATE = 2_000
REST_SECONDS = 6.0  # after a burst; then memory is given back
KEPT_MB = 15  # of it, at most
# A request of 64 MiB, less some kilobytes.
LARGE_SPANS, LARGE_PADDING = 64, (1 << 20) - 200
LARGE_SIZE = requests.size_of(LARGE_SPANS, LARGE_PADDING)


def many_connections(stage: Stage) -> None:
    """Half of them over HTTP, half HTTP/2 with its preface sent; all idle."""
    count = stage.size(1_000, 10_000)
    _need_descriptors(count + 200)
    stage.start()
    stage.outcome.connections = count
    load = stage.load(seconds=stage.size(4, 20), rate=GOOD_RATE)
    with _connections(stage, count // 2, "http"), _connections(stage, count // 2, "grpc", _HTTP2_PREFACE):
        stage.pause(2)
        load.finish()


_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def descriptors_exhausted(stage: Stage) -> None:
    """More connections than it may have; afterwards both ports must take new ones."""
    stage.start(before=["prlimit", "--nofile=100"])
    grpc = stage.load(seconds=stage.size(5, 20), rate=GOOD_RATE)
    stage.pause(0.5)
    with _connections(stage, 150, "http"), _connections(stage, 150, "grpc"):
        stage.pause(stage.size(2, 10))
    stage.pause(0.5)
    stage.load(seconds=1, rate=GOOD_RATE, http=True).finish()
    stage.load(seconds=1, rate=GOOD_RATE).finish()
    grpc.finish()


def slow_loris(stage: Stage) -> None:
    """Headers and bodies that come a byte at a time."""
    count = stage.size(200, 1_000)
    _need_descriptors(count + 200)
    stage.start()
    stage.outcome.connections = count
    load = stage.load(seconds=stage.size(5, 60), rate=GOOD_RATE)
    body = requests.request(FOREIGN, 10)
    head = b"POST /v1/traces HTTP/1.1\r\nHost: drill\r\nContent-Type: application/x-protobuf\r\n"
    announced = head + f"Content-Length: {len(body)}\r\n\r\n".encode()
    with (
        _connections(stage, count // 2, "http") as headers,
        _connections(stage, count // 2, "http", announced) as bodies,
    ):
        for number in range(stage.size(15, 250)):
            for connection in headers:
                _try_to_send(connection, head[number % len(head) :][:1])
            for connection in bodies:
                _try_to_send(connection, body[number : number + 1])
            stage.pause(0.2)
        load.finish()


def never_reading(stage: Stage) -> None:
    """Sends requests one after another and reads no answer."""
    stage.start()
    load = stage.load(seconds=stage.size(4, 20), rate=GOOD_RATE)
    body = requests.request(FOREIGN, 1)
    whole = f"POST /v1/traces HTTP/1.1\r\nHost: drill\r\nContent-Type: application/x-protobuf\r\nContent-Length: {len(body)}\r\n\r\n"
    with _connections(stage, stage.size(10, 100), "http") as connections:
        end = time.monotonic() + stage.size(2, 15)
        while time.monotonic() < end:
            for connection in connections:
                _try_to_send(connection, (whole.encode() + body) * 100)
        load.finish()


def _wait_as_told() -> None:
    """What RetryInfo and Retry-After ask of a client that was refused."""
    time.sleep(random.uniform(1, 2))


def large_requests(stage: Stage) -> None:
    """As large as OTLP allows, all at once, over HTTP; whoever is told to come back does. The budget is the default."""
    count = stage.size(10, 100)
    stage.outcome.budget_mib = 256
    stage.start(Settings(exporter={"timeout": "30s"}, service={"memory": {"limit": "256MiB"}}))
    stage.outcome.connections = count
    load = stage.load(seconds=stage.size(4, 20), rate=GOOD_RATE)
    acked = stage.acked_file("large")
    lock = threading.Lock()
    deadline = time.monotonic() + stage.size(20, 180)

    def send(number: int) -> None:
        first = OWN_NUMBERS + number * LARGE_SPANS
        while time.monotonic() < deadline:
            try:
                status = _post_large(stage.ports["http"], first)
            except OSError:
                with lock:
                    stage.outcome.uncertain += LARGE_SPANS
                status = 0
            if status == http.client.OK:
                with lock, acked.open("a") as file:
                    file.write(f"{first} {LARGE_SPANS}\n")
                return
            _wait_as_told()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(send, range(count)))
    load.finish()
    taken = len(acked.read_text().splitlines()) if acked.exists() else 0
    if taken < count:
        stage.fail(f"{taken} of {count} large requests were taken in time")


def large_after_small(stage: Stage) -> None:
    """Connections that are known for small requests, over gRPC, and then send as much as OTLP allows, all at once."""
    count = stage.size(10, 100)
    stage.outcome.budget_mib = 256
    stage.start(Settings(exporter={"timeout": "30s"}, service={"memory": {"limit": "256MiB"}}))
    stage.outcome.connections = count
    load = stage.load(seconds=stage.size(4, 20), rate=GOOD_RATE)
    acked = stage.acked_file("large")
    lock = threading.Lock()
    all_known = threading.Barrier(count)
    deadline = time.monotonic() + stage.size(30, 240)
    answers: dict[int, int] = {}

    def note(status: int, first: int = 0, spans: int = 0) -> None:
        with lock:
            answers[status] = answers.get(status, 0) + 1
            if status == grpc_client.OK and spans:
                with acked.open("a") as file:
                    file.write(f"{first} {spans}\n")

    def send(number: int) -> None:
        connection = grpc_client.GrpcConnection(stage.ports["grpc"])
        first = OWN_NUMBERS + number * LARGE_SPANS
        small = requests.request(FOREIGN + number, 10)
        with contextlib.closing(connection):
            for _ in range(10):
                note(connection.call([small], len(small)))
            all_known.wait(60)
            while time.monotonic() < deadline:
                status = connection.call(requests.pieces(first, LARGE_SPANS, LARGE_PADDING), LARGE_SIZE)
                note(status, first, LARGE_SPANS)
                if status == grpc_client.OK:
                    return
                _wait_as_told()

    def send_and_say(number: int) -> None:
        try:
            send(number)
        except OSError as error:
            with lock:
                stage.outcome.uncertain += LARGE_SPANS
            stage.fail(f"a connection was dropped: {error}")

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(send_and_say, range(count)))
    load.finish()
    if not set(answers) <= {grpc_client.OK, grpc_client.UNAVAILABLE}:
        stage.fail(f"answers by gRPC code: {answers}")
    taken = len(acked.read_text().splitlines()) if acked.exists() else 0
    if taken < count:
        stage.fail(f"{taken} of {count} large requests were taken in time")


def burst(stage: Stage) -> None:
    """What is held while the backend is away goes when it is back, and the memory with it."""
    stage.outcome.budget_mib = 256
    stage.start(Settings(service={"memory": {"limit": "256MiB"}}))
    stage.load(seconds=1, rate=GOOD_RATE).finish()
    before = stage.daemon.memory_mb("VmRSS")
    stage.gate.shut()
    load = stage.load(seconds=stage.size(4, 15), rate=0, per_request=512)
    stage.pause(stage.size(3, 14))
    held = stage.metric("spanhold_memory_held_bytes") / 1e6
    stage.gate.open()
    load.finish()
    stage.answers_are_lost()
    stage.settle()
    drained = stage.daemon.memory_mb("VmRSS")
    stage.pause(REST_SECONDS)
    after = stage.daemon.memory_mb("VmRSS")
    figures = f"RSS {before:.0f} MB before, {held:.0f} MB of spans held, then {drained:.0f} MB, and {after:.0f} MB at rest"
    stage.outcome.status.append(figures)
    if stage.is_spanhold and after > before + KEPT_MB:
        stage.fail(figures)


def decompression_bomb(stage: Stage) -> None:
    """A gigabyte of zeros (an eighth when small) in a megabyte of gzip."""
    stage.start()
    load = stage.load(seconds=stage.size(3, 10), rate=GOOD_RATE)
    bomb = gzip.compress(bytes(stage.size(128, 1024) << 20), 1)

    def throw(_: int) -> int:
        with contextlib.suppress(OSError):
            return requests.post(stage.ports["http"], bomb, Content_Encoding="gzip")
        return 0

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(throw, range(stage.size(32, 320))))
    if stage.is_spanhold and not answers <= {413, 503}:
        stage.fail(f"bombs were answered {sorted(answers)}, not 413")
    load.finish()


def malformed_among_good(stage: Stage) -> None:
    """Requests with some bytes changed, each of which has to be refused or to be one that is well formed still."""
    stage.start()
    load = stage.load(seconds=stage.size(3, 20), rate=GOOD_RATE)
    chance = random.Random(7)
    answers: dict[int, int] = {}
    for number in range(stage.size(500, 10_000)):
        body = bytearray(requests.request(FOREIGN + number, 1, padding=20))
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        status = requests.post(stage.ports["http"], bytes(body))
        answers[status] = answers.get(status, 0) + 1
    if stage.is_spanhold and not (set(answers) <= {200, 400, 503} and answers.get(400)):
        stage.fail(f"malformed requests were answered {answers}")
    load.finish()
    stage.settle()
    if malformed := stage.sink.report()["malformed_requests"]:
        stage.fail(f"{malformed} malformed requests reached the backend")


# --- connections ---


def _need_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count:
        raise Skipped(f"needs {count} file descriptors, and may have {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


@contextlib.contextmanager
def _connections(stage: Stage, count: int, port: str, first: bytes = b""):
    """Open ones, not blocking, that have sent `first`."""
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.settimeout(5)
            with contextlib.suppress(OSError):
                connection.connect(("127.0.0.1", stage.ports[port]))
                connection.sendall(first)
                opened.append(connection)
            connection.setblocking(False)
        yield opened


def _try_to_send(connection: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):  # it is full, or the daemon has had enough
        connection.send(data)


def _post_large(port: int, first: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest("POST", "/v1/traces")
        connection.putheader("Content-Type", "application/x-protobuf")
        connection.putheader("Content-Length", str(LARGE_SIZE))
        connection.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused early: the answer says so
            for piece in requests.pieces(first, LARGE_SPANS, LARGE_PADDING):
                connection.send(piece)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
