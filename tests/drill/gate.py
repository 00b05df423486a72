"""What stands between the daemon and its backend: a TCP proxy that can be away, hang, and speak TLS."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK = 1 << 16


class Gate:
    """Listens on `port` and forwards to `target`, both on 127.0.0.1, until told otherwise.

    A thread of its own runs it; the methods may be called from any other.
    """

    def __init__(self, port: int, target: int) -> None:
        self._port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)
        self._thread.start()
        self.open()

    def open(self, tls: ssl.SSLContext | None = None) -> None:
        """Takes connections, with `tls` as that server."""
        self._run(self._open(tls))

    def shut(self) -> None:
        """Refuses connections and breaks those there are, as when the backend has crashed."""
        self._run(self._shut())

    def hang(self) -> None:
        """Takes connections and bytes, and neither forwards nor answers any."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def flow(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.set)

    def close(self) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)

    async def _open(self, tls: ssl.SSLContext | None) -> None:
        await self._shut()
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self._port, ssl=tls, backlog=1024)

    async def _shut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
            ends = {writer, there_writer}
            self._writers |= ends
            try:
                await asyncio.wait(
                    {
                        asyncio.ensure_future(self._pump(reader, there_writer)),
                        asyncio.ensure_future(self._pump(there_reader, writer)),
                    },
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                self._writers -= ends
                for end in ends:
                    end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
