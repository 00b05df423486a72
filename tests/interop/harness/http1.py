"""The requests in what a client wrote on one HTTP/1.1 connection."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import h11

# HTTP's deflate is a zlib stream.
DECODERS = {"identity": bytes, "gzip": gzip.decompress, "deflate": zlib.decompress}


@dataclass(frozen=True)
class Request:
    content_type: str
    body: bytes


def requests(stream: bytes) -> Iterator[Request]:
    """The complete requests; one that the end of the stream cuts is left out."""
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(stream)
    while True:
        head = parser.next_event()
        if not isinstance(head, h11.Request):
            return
        body = bytearray()
        while isinstance(event := parser.next_event(), h11.Data):
            body += event.data
        if not isinstance(event, h11.EndOfMessage):
            return
        headers = {name.decode(): value.decode() for name, value in head.headers}
        plain = DECODERS[headers.get("content-encoding", "identity")](bytes(body))
        yield Request(headers.get("content-type", ""), plain)
        # The parser wants to see an answer before it reads the next request.
        parser.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
        parser.send(h11.EndOfMessage())
        if parser.our_state is not h11.DONE:
            return  # the client asked for the connection to be closed
        parser.start_next_cycle()
