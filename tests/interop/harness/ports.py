"""Ports for servers that cannot choose their own and say which."""

from __future__ import annotations

import random
import socket

# Below Linux's range for outgoing connections, so that no client takes a port between choice and use.
LOWEST, HIGHEST = 20000, 32000

_given: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now, and that this process was not given before.

    Another test run may still take it first: whoever starts a server on it tries again with another one.
    """
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
        _given.add(port)
        return port
