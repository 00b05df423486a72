"""The last outcome of each drill, kept so that a page can be written after several runs."""

from __future__ import annotations

import json
from pathlib import Path

from .outcome import Outcome
from .subjects import Subject


class Results:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.about: dict[str, str] = {}
        stored = json.loads(path.read_text()) if path.exists() else {}
        self._outcomes: dict[str, dict[str, dict]] = stored.get("outcomes", {})
        self.versions: dict[str, str] = stored.get("versions", {})

    def put(self, drill: str, subject: Subject, outcome: Outcome, full: bool) -> None:
        self._outcomes.setdefault(drill, {})[subject.name] = {"full": full, "outcome": outcome.as_json()}
        self.versions[subject.name] = subject.version
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({"versions": self.versions, "outcomes": self._outcomes}, indent=1) + "\n")
        new.replace(self._path)

    def get(self, drill: str, subject: str) -> tuple[Outcome, bool] | None:
        """With whether it was of full size."""
        entry = self._outcomes.get(drill, {}).get(subject)
        return (Outcome(**entry["outcome"]), entry["full"]) if entry else None
