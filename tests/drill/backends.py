"""The backend is in trouble."""

from __future__ import annotations

import itertools

from .certificates import Certificates
from .namespaces import with_hosts_file
from .scripted import answer, take, take_and_break_off, take_and_close, take_half
from .stage import Stage
from .subjects import BATCH, Settings

HTTP = Settings(http=True)
NOT_THERE = r"traces > .*(unavailable|refused|connect|reset|closed)"
REJECTED = r"traces > \S+ +\d+ +\d+ +[1-9]\d* "  # handed on, sent, rejected
RETRYABLE_HTTP = (429, 502, 503, 504)
PERMANENT_HTTP = (301, 400, 401, 403, 404, 405, 415, 500, 501)
# gRPC's codes by number: OTLP's table of what a client may send again. 0 is OK.
RETRYABLE_GRPC = (1, 4, 10, 11, 14, 15)
PERMANENT_GRPC = (2, 3, 5, 6, 7, 8, 9, 12, 13, 16)


def away(stage: Stage) -> None:
    """Full pressure, so that all that holds spans is full after some seconds, and clients are told to wait."""
    _away(stage, Settings())


def away_with_journal(stage: Stage) -> None:
    """The disk takes what the memory cannot."""
    _away(stage, Settings(journal={}))


def _away(stage: Stage, settings: Settings) -> None:
    stage.start(settings)
    load = stage.load(seconds=stage.size(4, 30), rate=0 if settings.journal is None else 20_000)
    stage.pause(0.5)
    stage.gate.shut()
    stage.expect_status(NOT_THERE)
    stage.pause(stage.size(3, 28))
    if settings.journal is None:
        stage.measure_blocked()
    stage.gate.open()
    load.finish()
    stage.answers_are_lost()


def slow(stage: Stage) -> None:
    stage.start(sink=["--delay", "250"])
    stage.load(seconds=stage.size(4, 15), rate=0).finish()


def flapping(stage: Stage) -> None:
    stage.start()
    load = stage.load(seconds=stage.size(5, 30), rate=20_000)
    for _ in range(stage.size(5, 30)):
        stage.pause(0.5)
        stage.gate.shut()
        stage.answers_are_lost()
        stage.pause(0.4)
        stage.gate.open()
    load.finish()


def hanging(stage: Stage) -> None:
    """It takes connections and requests, and answers nothing."""
    stage.start(Settings(exporter={"timeout": "1s"}))
    load = stage.load(seconds=stage.size(4, 30), rate=0)
    stage.pause(0.5)
    stage.gate.hang()
    stage.expect_status(r"traces > .*(deadline|timeout|no answer)")
    stage.pause(stage.size(2, 25))
    stage.measure_blocked()
    stage.gate.flow()
    load.finish()
    stage.settle()
    stage.in_flight += stage.metric("spanhold_exporter_retries") * BATCH  # each may have got there after all


def retryable_http(stage: Stage) -> None:
    """Every second request is refused for now, with each code in turn."""
    stage.start(HTTP, scripted=True)
    codes = itertools.cycle(RETRYABLE_HTTP)
    stage.scripted.follow(lambda number: take if number % 2 else answer(next(codes), Retry_After="0"))
    stage.load(seconds=stage.size(3, 15)).finish()


def permanent_http(stage: Stage) -> None:
    """Every second request is refused for good: rejected, and counted."""
    stage.start(HTTP, scripted=True)
    codes = itertools.cycle(PERMANENT_HTTP)
    stage.scripted.follow(lambda number: take if number % 2 else answer(next(codes)))
    stage.load(seconds=stage.size(3, 15)).finish()
    stage.expect_status(REJECTED)


def retryable_grpc(stage: Stage) -> None:
    stage.start(sink=["--grpc-answers", _between_good_ones(RETRYABLE_GRPC)])
    stage.load(seconds=stage.size(3, 15)).finish()


def permanent_grpc(stage: Stage) -> None:
    stage.start(sink=["--grpc-answers", _between_good_ones(PERMANENT_GRPC)])
    stage.load(seconds=stage.size(3, 15)).finish()
    stage.expect_status(REJECTED)


def _between_good_ones(codes: tuple[int, ...]) -> str:
    return ",".join(f"{code},0" for code in codes)


def lost_answers(stage: Stage) -> None:
    """Every fifth request is taken, and the connection closed without an answer."""
    stage.start(HTTP, scripted=True)
    stage.scripted.follow(lambda number: take if number % 5 else take_and_close)
    stage.load(seconds=stage.size(3, 15)).finish()
    stage.settle()
    stage.in_flight += (stage.scripted.steps_done // 5 + 1) * BATCH


def broken_answers(stage: Stage) -> None:
    """Every fifth request is taken, and the connection closed in the middle of the answer's body."""
    stage.start(HTTP, scripted=True)
    stage.scripted.follow(lambda number: take if number % 5 else take_and_break_off)
    stage.load(seconds=stage.size(3, 15)).finish()


def accepting_half(stage: Stage) -> None:
    """Partial success: counted as rejected, and never sent again."""
    stage.start(Settings(http=True, exporter={"encoding": "json"}), scripted=True)
    stage.scripted.do_each(take_half)
    stage.load(seconds=stage.size(3, 15)).finish()


def tls_failing(stage: Stage) -> None:
    """A certificate of nobody we know, then the right one."""
    certificates = Certificates(stage.folder)
    stage.start(Settings(exporter={"tls": {"ca_file": str(certificates.authority)}}))
    stage.gate.open(certificates.unknown())
    load = stage.load(seconds=stage.size(4, 30))
    stage.expect_status(r"traces > .*(tls|ssl|certificate|handshake|unavailable|connect)")
    stage.pause(stage.size(2, 25))
    stage.gate.open(certificates.good())
    load.finish()


def dns_gone(stage: Stage) -> None:
    """The backend's name is not there yet, comes, and goes again with the connections: that changes nothing, since the
    address is known."""
    hosts, before = with_hosts_file(stage.folder)
    hosts.write_text("127.0.0.1 localhost\n")
    stage.start(Settings(exporter={"endpoint": f"backend.drill:{stage.ports['backend']}"}), before=before)
    load = stage.load(seconds=stage.size(4, 30), rate=5_000)
    stage.expect_status(r"traces > .*(dns|resol|name)")
    stage.pause(stage.size(2, 20))
    hosts.write_text("127.0.0.1 localhost backend.drill\n")
    load.finish()
    stage.settle()
    hosts.write_text("127.0.0.1 localhost\n")
    stage.gate.shut()
    stage.gate.open()
    stage.answers_are_lost()
    stage.load(seconds=1, rate=5_000).finish()
