"""A page of metrics in Prometheus's text format."""

from __future__ import annotations

import re
import urllib.request

# The Collector puts these behind its names, unless it is told not to.
SUFFIXES = r"(?:__spans_|__spans)?(?:_total)?"


class Metrics:
    """One reading. Names that are absent count as 0."""

    def __init__(self, page: str) -> None:
        self._series = re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", page, re.M)

    @classmethod
    def read(cls, port: int) -> Metrics:
        """OSError when nobody answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return cls(answer.read().decode())

    def total(self, *names: str) -> int:
        """The sum of all series of these names."""
        pattern = re.compile(f"(?:{'|'.join(names)}){SUFFIXES}")
        return int(sum(float(value) for name, _, value in self._series if pattern.fullmatch(name)))
