"""A gRPC client as plain as can be (RFC 9113, RFC 7541), because Debian's own cannot be made to misbehave."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Iterable

PATH = b"/opentelemetry.proto.collector.trace.v1.TraceService/Export"
OK, UNAVAILABLE = 0, 14

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM = _ACK = 1
_END_HEADERS = 4
_HEADER_TABLE_SIZE, _INITIAL_WINDOW_SIZE = 1, 4
_LARGEST_FRAME = 16 << 10
_FIRST_WINDOW = 65_535


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack(">I", len(content))[1:] + struct.pack(">BBI", kind, flags, stream) + content


def _text(value: bytes) -> bytes:
    return bytes([len(value)]) + value


# POST, http, :path, :authority, content-type, te: from the static table, or literal and not indexed.
_REQUEST = (
    b"\x83\x86\x04" + _text(PATH) + b"\x01" + _text(b"drill") + b"\x0f\x10" + _text(b"application/grpc")
    + b"\x00" + _text(b"te") + _text(b"trailers")
)  # fmt: skip


class GrpcConnection:
    """One connection, one call at a time. OSError: it broke, or the server wants to end it."""

    def __init__(self, port: int, timeout: float = 60) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._received = bytearray()
        self._stream = -1
        self._first_window = _FIRST_WINDOW
        self._window = _FIRST_WINDOW  # of the connection
        self._stream_window = 0
        self._status: int | None = None
        # Without a table the server sends its trailers in full, so that they can be read without one.
        self._socket.sendall(_PREFACE + _frame(_SETTINGS, 0, 0, struct.pack(">HI", _HEADER_TABLE_SIZE, 0)))

    def close(self) -> None:
        self._socket.close()

    def call(self, pieces: Iterable[bytes], size: int) -> int:
        """Sends a message of `size` bytes; the status, which may come before all is sent."""
        self._stream += 2
        self._stream_window = self._first_window
        self._status = None
        self._socket.sendall(_frame(_HEADERS, _END_HEADERS, self._stream, _REQUEST))
        self._send(struct.pack(">BI", 0, size))
        for piece in pieces:
            self._send(piece)
        if self._status is None:
            self._socket.sendall(_frame(_DATA, _END_STREAM, self._stream, b""))
        while self._status is None:
            self._read_frame()
        return self._status

    def _send(self, content: bytes) -> None:
        view = memoryview(content)
        while view and self._status is None:
            room = min(self._window, self._stream_window, _LARGEST_FRAME)
            if room <= 0 or select.select([self._socket], [], [], 0)[0]:
                self._read_frame()
                continue
            part = view[:room]
            self._socket.sendall(_frame(_DATA, 0, self._stream, part.tobytes()))
            self._window -= len(part)
            self._stream_window -= len(part)
            view = view[len(part) :]

    def _read(self, count: int) -> bytes:
        while len(self._received) < count:
            got = self._socket.recv(64 << 10)
            if not got:
                raise ConnectionResetError("the connection was closed")
            self._received += got
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    def _read_frame(self) -> None:
        head = self._read(9)
        content = self._read(int.from_bytes(head[:3], "big"))
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        if kind == _GOAWAY:
            raise ConnectionAbortedError(f"GOAWAY: {content[8:]!r}")
        if kind == _SETTINGS and not flags & _ACK:
            self._apply(content)
        elif kind == _PING and not flags & _ACK:
            self._socket.sendall(_frame(_PING, _ACK, 0, content))
        elif kind == _WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(content, "big")
        elif stream != self._stream:
            return  # of a call that has its answer
        elif kind == _WINDOW_UPDATE:
            self._stream_window += int.from_bytes(content, "big")
        elif kind == _HEADERS and flags & _END_STREAM:
            self._status = _grpc_status(content)
        elif kind == _RST_STREAM and self._status is None:
            raise ConnectionResetError(f"the call was reset: {content!r}")

    def _apply(self, settings: bytes) -> None:
        for name, value in struct.iter_unpack(">HI", settings):
            if name == _INITIAL_WINDOW_SIZE:
                self._stream_window += value - self._first_window
                self._first_window = value
        self._socket.sendall(_frame(_SETTINGS, _ACK, 0, b""))


def _grpc_status(trailers: bytes) -> int:
    _, found, after = trailers.partition(b"grpc-status")
    if not found:
        raise ConnectionAbortedError(f"no grpc-status in {trailers!r}")
    return int(after[1 : 1 + after[0]])
