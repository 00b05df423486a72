"""The drills, in the order of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import backends, clients, crashes, disks, machine
from .stage import Stage


@dataclass(frozen=True)
class Drill:
    """One row. `peer`: whether the Collector can play. `known`: a regular expression for findings
    that are known and not mended; the page shows them, and they do not fail the command."""

    name: str
    title: str
    run: Callable[[Stage], None]
    peer: bool = True
    known: str = ""


DRILLS = [
    Drill("kill", "`kill -9` at random moments under load, again and again; journal", crashes.kill_under_load),
    Drill("kill-away", "`kill -9` with the backend away, then restart; journal", crashes.kill_with_backend_away),
    Drill("term", "SIGTERM under load with a slow backend", crashes.terminate_under_load),
    Drill("term-journal", "the same; journal", crashes.terminate_under_load_with_journal, peer=False),
    Drill("stop", "SIGSTOP, then SIGCONT", crashes.stop_and_continue),
    Drill("away", "backend away, at full pressure", backends.away),
    Drill("away-journal", "backend away; journal", backends.away_with_journal, peer=False),
    Drill("slow", "backend takes 250 ms for a request", backends.slow),
    Drill("flapping", "backend flapping", backends.flapping),
    Drill("hanging", "backend hanging without an answer", backends.hanging),
    Drill("retryable-http", "429, 502, 503 and 504 from the backend", backends.retryable_http),
    Drill("permanent-http", "301, 4xx, 500 and 501 from the backend", backends.permanent_http),
    Drill("retryable-grpc", "each retryable gRPC code from the backend", backends.retryable_grpc),
    Drill("permanent-grpc", "each permanent gRPC code from the backend", backends.permanent_grpc),
    Drill("lost-answers", "backend closing before it answers", backends.lost_answers),
    Drill("broken-answers", "backend closing in the middle of its answer", backends.broken_answers),
    Drill("half", "backend accepting half (partial success)", backends.accepting_half),
    Drill("tls", "TLS handshake failing", backends.tls_failing),
    Drill("dns", "backend's name not resolved, then not any more", backends.dns_gone),
    Drill("disk-full", "journal on a disk that is full", disks.disk_full, peer=False),
    Drill("journal-full", "journal at its `max_size`", disks.journal_full, peer=False),
    Drill("read-only", "journal on a disk that is read-only, then not", disks.read_only, peer=False),
    Drill("corrupt", "a byte of the journal changed between two runs", disks.corrupt_byte, peer=False),
    Drill("descriptors", "file descriptors exhausted, and freed again", clients.descriptors_exhausted),
    Drill("connections", "ten thousand idle connections", clients.many_connections),
    Drill("slow-loris", "headers and bodies that come a byte at a time", clients.slow_loris),
    Drill("never-reading", "clients that never read their answers", clients.never_reading),
    Drill("large", "a hundred requests of 64 MiB at once; budget 256 MiB", clients.large_requests, peer=False),
    Drill("large-grpc", "the same over gRPC, by connections known for small requests", clients.large_after_small, peer=False),
    Drill("burst", "memory given back after a burst", clients.burst, peer=False),
    Drill("bomb", "decompression bombs", clients.decompression_bomb),
    Drill("malformed", "malformed requests among good ones", clients.malformed_among_good),
    Drill("clock", "wall clock an hour ahead, then two hours back", machine.clock_jumps),
]

# What cannot be made to happen from outside, or only by luck, or takes too long.
UNIT_TESTS = [
    ("a backend that is away for an hour, second by second", "tests/exporter/sending/lane_circuit_test.cc"),
    ("power failure: each state that the syncs allow, at each moment of many histories", "tests/journal/power_cut_test.cc"),
    ("a write, a flush or a read that fails (EIO), and heals", "tests/journal/segment_log_test.cc, journal_test.cc"),
    ("a changed byte in a header, an entry's header, its payload, a release", "tests/journal/segment_reader_test.cc"),
]
