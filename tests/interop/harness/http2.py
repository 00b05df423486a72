"""The gRPC requests in what a client wrote on one HTTP/2 connection.

Frames are read one by one: a full HTTP/2 stack would hold the client to windows and settings of its own, while those
that count were agreed with the daemon.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field

import hpack
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame

from .http1 import Request

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEADER = 9
MESSAGE_HEADER = 5


@dataclass
class _Stream:
    header_block: bytearray = field(default_factory=bytearray)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


def requests(stream: bytes) -> Iterator[Request]:
    """The complete messages; one that the end of the stream cuts is left out."""
    decoder = hpack.Decoder()
    decoder.max_header_list_size = 1 << 20
    streams: dict[int, _Stream] = {}
    for frame in _frames(stream):
        if isinstance(frame, (HeadersFrame, ContinuationFrame)):
            of = streams.setdefault(frame.stream_id, _Stream())
            of.header_block += frame.data
            if "END_HEADERS" in frame.flags:
                # In the order of arrival: each block changes the decoder's table.
                of.headers.update(decoder.decode(bytes(of.header_block)))
                of.header_block.clear()
        elif isinstance(frame, DataFrame):
            streams[frame.stream_id].body += frame.data
    for of in streams.values():
        yield from _messages(of)


def _frames(stream: bytes) -> Iterator[Frame]:
    view = memoryview(stream)[len(PREFACE) :]
    while len(view) >= FRAME_HEADER:
        frame, length = Frame.parse_frame_header(view[:FRAME_HEADER])
        if len(view) < FRAME_HEADER + length:
            return
        frame.parse_body(view[FRAME_HEADER : FRAME_HEADER + length])
        yield frame
        view = view[FRAME_HEADER + length :]


def _messages(of: _Stream) -> Iterator[Request]:
    view = memoryview(of.body)
    while len(view) >= MESSAGE_HEADER:
        length = int.from_bytes(view[1:MESSAGE_HEADER])
        if len(view) < MESSAGE_HEADER + length:
            return
        content = bytes(view[MESSAGE_HEADER : MESSAGE_HEADER + length])
        yield Request(
            of.headers.get("content-type", ""), gzip.decompress(content) if view[0] else content
        )
        view = view[MESSAGE_HEADER + length :]
