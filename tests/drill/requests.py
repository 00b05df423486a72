"""OTLP requests written here, for clients that misbehave; spans are numbered as spanhold_load's are."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

HEADERS = {"Content-Type": "application/x-protobuf"}
ALL = (1 << 64) - 1
SCATTER = 0x9E3779B97F4A7C15  # bench/numbered/span_number.h


def span_id(number: int) -> bytes:
    scattered = (number + 1) * SCATTER & ALL
    return (scattered ^ scattered >> 32).to_bytes(8, "big")


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def request(first: int, spans: int, padding: int = 0) -> bytes:
    """An ExportTraceServiceRequest of `spans` spans; each has an attribute of `padding` bytes."""
    return b"".join(pieces(first, spans, padding))


def pieces(first: int, spans: int, padding: int) -> Iterator[bytes]:
    """The same, a span at a time."""
    attribute = message(9, message(1, b"padding") + message(2, message(1, b"x" * padding))) if padding else b""

    def span(number: int) -> bytes:
        own = span_id(number)
        return message(2, message(1, own + own) + message(2, own) + message(5, b"drill") + attribute)

    scope_size = spans * len(span(first))
    scope_head = varint(2 << 3 | 2) + varint(scope_size)
    yield varint(1 << 3 | 2) + varint(len(scope_head) + scope_size) + scope_head
    for number in range(first, first + spans):
        yield span(number)


def size_of(spans: int, padding: int) -> int:
    """Of a request, in bytes."""
    return sum(map(len, pieces(0, spans, padding)))


def post(port: int, body: bytes, **headers: str) -> int:
    """The status of the answer; OSError without one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", "/v1/traces", body, HEADERS | named)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
