"""The measurements so far, kept in a JSON file so that a run can be taken up again."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

FOOTPRINT = "footprint"


class Results:
    """Entries are one measurement each, by peer, scenario (or FOOTPRINT) and repeat."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.about: dict = {}
        self._entries: list[dict] = []
        if path.exists():
            stored = json.loads(path.read_text())
            self.about, self._entries = stored["about"], stored["entries"]

    def has(self, peer: str, scenario: str, repeat: int) -> bool:
        return any(_key(entry) == (peer, scenario, repeat) for entry in self._entries)

    def put(self, peer: str, scenario: str, repeat: int, values: dict) -> None:
        """Takes the place of an earlier measurement, and is on disk when it returns."""
        entry = {"peer": peer, "scenario": scenario, "repeat": repeat, **values}
        self._entries = [other for other in self._entries if _key(other) != _key(entry)] + [entry]
        self.save()

    def drop(self, peer: str, scenario: str) -> None:
        """Forgets all repeats, before new ones are made."""
        self._entries = [e for e in self._entries if (e["peer"], e["scenario"]) != (peer, scenario)]

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({"about": self.about, "entries": self._entries}, indent=1) + "\n")
        new.replace(self._path)

    def values(self, peer: str, scenario: str, name: str) -> list[float]:
        """One for each repeat that has it."""
        found = [e for e in self._entries if (e["peer"], e["scenario"]) == (peer, scenario)]
        return [entry[name] for entry in found if entry.get(name) is not None]

    def middle(self, peer: str, scenario: str, name: str) -> float | None:
        values = self.values(peer, scenario, name)
        return median(values) if values else None

    def total(self, peer: str, scenario: str, name: str) -> int | None:
        values = self.values(peer, scenario, name)
        return int(sum(values)) if values else None


def _key(entry: dict) -> tuple[str, str, int]:
    return entry["peer"], entry["scenario"], entry["repeat"]
