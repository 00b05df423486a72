"""A Redis of the test's own, without anything on disk."""

from __future__ import annotations

import socket
from pathlib import Path

from .ports import free_port
from .process import Process, start_retrying


class Redis:
    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"redis://127.0.0.1:{port}/0"

    @classmethod
    def start(cls, directory: Path) -> Redis:
        return start_retrying(lambda: cls._start(directory))

    @classmethod
    def _start(cls, directory: Path) -> Redis:
        port = free_port()
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--dir",
            directory,
        ]
        process = Process(command, directory / "redis.log")
        process.wait_ready("Redis", lambda: _answers(port))
        return cls(process, port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
