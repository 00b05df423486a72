"""A listener between a sender and the daemon: hands on every byte unchanged, keeps what the sender wrote.

Unlike a proxy that speaks OTLP itself it leaves the protocol (settings, flow control, keep-alive, encodings) between
the two that are tested. What went by is decoded afterwards.
"""

from __future__ import annotations

import contextlib
import socket
import threading

from . import http1, http2, model, otlp_wire

CHUNK = 1 << 16


class Wiretap:
    """Listens on a port of its own for `with`, and connects each client to `upstream`."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._mutex = threading.Lock()
        self._sent: list[
            bytearray
        ] = []  # guarded by _mutex: the client's bytes, one entry a connection
        self._open: set[socket.socket] = set()  # guarded by _mutex
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Wiretap:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        with self._mutex:
            open_sockets = list(self._open)
        for connection in open_sockets:
            _shut(connection, socket.SHUT_RDWR)
            connection.close()

    def connections(self) -> int:
        with self._mutex:
            return len(self._sent)

    def spans(self) -> list[model.Span]:
        """All spans that clients have written until now."""
        with self._mutex:
            streams = [bytes(stream) for stream in self._sent]
        return [span for stream in streams for span in _spans(stream)]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed by __exit__
            try:
                server = socket.create_connection(self._upstream)
            except OSError:
                client.close()
                continue
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept = bytearray()
            with self._mutex:
                self._sent.append(kept)
                self._open |= {client, server}
            threading.Thread(target=self._relay, args=(client, server, kept), daemon=True).start()
            threading.Thread(target=self._relay, args=(server, client, None), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, kept: bytearray | None) -> None:
        try:
            while data := source.recv(CHUNK):
                if kept is not None:
                    with self._mutex:
                        kept += data
                sink.sendall(data)
        except OSError:
            pass  # either side is gone; the other one is told below
        _shut(sink, socket.SHUT_WR)


def _shut(connection: socket.socket, how: int) -> None:
    with contextlib.suppress(OSError):  # its peer may have closed it already
        connection.shutdown(how)


def _spans(stream: bytes) -> list[model.Span]:
    requests = (
        http2.requests(stream) if stream.startswith(http2.PREFACE) else http1.requests(stream)
    )
    spans = []
    for request in requests:
        if request.content_type.startswith("application/json"):
            spans += otlp_wire.spans_from_json(request.body)
        else:
            spans += otlp_wire.spans_from_protobuf(request.body)
    return spans
