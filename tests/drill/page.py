"""docs/reliability.md from the results."""

from __future__ import annotations

from .outcome import CONNECTION_MB, IDLE_CPU, OVERHEAD_MB, Outcome
from .results import Results
from .subjects import BUDGET_MIB, Collector, Spanhold
from .table import DRILLS, UNIT_TESTS, Drill

INTRODUCTION = """# Reliability

Written by `scripts/drill`: this page is a measurement, not prose. A drill that fails is here as one that fails.

```sh
scripts/drill --full --peer otelcol --write
```

Each drill starts the release daemon, sends numbered spans to it, writes down which of them were acknowledged, brings daemon,
backend, disk or clients into trouble, and compares in the end what was acknowledged with what has arrived. `scripts/drill --list`
names them, `--only NAME` runs one and changes its row alone; [tests/drill](../tests/drill/README.md) has them. A drill passes when

- acknowledged − delivered − counted = 0. "Counted" is what Spanhold's own counters say was rejected by the backend or dropped;
  its books balance: each pipeline, exporter and the journal;
- nothing is delivered twice but what was in flight when a connection or process broke (10 batches of 512 each time), or what a client
  sent twice itself because its connection broke. A batch whose answer came too late may also be delivered and counted as
  dropped, hence a "missing" below 0;
- the peak of RSS stays under budget ({budget} MiB, unless the row says otherwise) + {overhead:.0f} MB + {connection:.0f} KB a connection;
- CPU stays under {cpu:.0%} of a core while nothing can move;
- it does not crash, comes to rest, and ends with exit code 0;
- `spanhold status` names the trouble while it lasts.

{about}
"""

COLLECTOR = """
## The Collector in the same drills

The same configuration, and its own defaults where that says nothing: a sending queue in memory that drops what is new when it is
full, and no `memory_limiter`. In the drills that are marked with "journal" its sending queue is on disk (`file_storage` with `fsync`);
what it has acknowledged is in the memory of its batch processor first. On SIGTERM it sends
what it holds, however long that takes, where Spanhold ends after `shutdown_timeout`. "Counted" is
`otelcol_exporter_send_failed_spans` + `otelcol_exporter_enqueue_failed_spans`; it has no counter for a partial success.
A hundred requests of 64 MiB are left out: its metrics did not answer within the minute that a drill waits for it to come to rest.
"""

HEADS = ["drill", "acked", "delivered", "doubled", "counted", "missing", "peak RSS, MB", "CPU blocked", "verdict"]


def write_page(results: Results) -> str:
    rows = [(drill, *found) for drill in DRILLS if (found := results.get(drill.name, Spanhold.name))]
    about = [f"- {name}: {value}" for name, value in results.about.items()]
    about += [f"- {name}: {version}" for name, version in results.versions.items()]
    parts = [
        INTRODUCTION.format(
            budget=BUDGET_MIB,
            overhead=OVERHEAD_MB,
            connection=CONNECTION_MB * 1000,
            cpu=IDLE_CPU,
            about="\n".join(about),
        ),
        "## Spanhold\n",
        _table(HEADS, [_row(drill, outcome, full) for drill, outcome, full in rows]),
        _findings(rows),
        _status(rows),
        "## Covered by unit tests instead\n",
        _table(["trouble", "test"], [[title, f"`{path}`"] for title, path in UNIT_TESTS]),
        _collector(results),
    ]
    return "\n".join(part for part in parts if part)


def _row(drill: Drill, outcome: Outcome, full: bool) -> list[str]:
    title = drill.title + ("" if full else " (small)")
    if outcome.skipped:
        return [title, *["–"] * (len(HEADS) - 2), f"skipped: {outcome.skipped}"]
    counts = (outcome.acked, outcome.delivered, outcome.doubled, outcome.counted, outcome.missing)
    blocked = "–" if outcome.blocked_cpu is None else f"{outcome.blocked_cpu:.1%}"
    verdict = "**fails**, see below" if outcome.problems else "passes"
    return [title, *(f"{count:,}" for count in counts), f"{outcome.peak_mb:.0f}", blocked, verdict]


def _findings(rows: list[tuple[Drill, Outcome, bool]]) -> str:
    lines = [f"- {drill.title}: {problem}" for drill, outcome, _ in rows for problem in outcome.problems]
    return "What fails:\n\n" + "\n".join(lines) + "\n" if lines else ""


def _status(rows: list[tuple[Drill, Outcome, bool]]) -> str:
    lines = [[drill.title, f"`{line.strip()}`"] for drill, outcome, _ in rows for line in outcome.status]
    return "## What `spanhold status` says meanwhile\n\n" + _table(["drill", "status"], lines) if lines else ""


def _collector(results: Results) -> str:
    rows = []
    for drill in filter(lambda drill: drill.peer, DRILLS):
        if (own := results.get(drill.name, Spanhold.name)) and (theirs := results.get(drill.name, Collector.name)):
            rows.append([drill.title, *_beside(own[0]), *_beside(theirs[0])])
    heads = ["drill"] + [f"{name} {what}" for name in ("Spanhold", "Collector") for what in ("acked", "lost", "of it counted", "doubled", "peak RSS, MB")]
    return COLLECTOR + "\n" + _table(heads, rows) if rows else ""


def _beside(outcome: Outcome) -> list[str]:
    if outcome.skipped:
        return ["–"] * 5
    lost = outcome.acked - outcome.delivered
    return [f"{outcome.acked:,}", f"{lost:,}", f"{outcome.counted:,}", f"{outcome.doubled:,}", f"{outcome.peak_mb:.0f}"]


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
