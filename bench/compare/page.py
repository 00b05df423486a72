"""docs/benchmarks.md from the results."""

from __future__ import annotations

from collections.abc import Callable

from .results import Results
from .table import Footprint, Scenario

SPANHOLD, COLLECTOR = "spanhold", "otelcol"

INTRODUCTION = """# Benchmarks

Written by `scripts/bench`: this page is a measurement, not prose. Every row that was set as a goal is here, missed ones too.

```sh
{command}
```

It builds what it needs, takes some 20 minutes on two cores, and leaves every single measurement in
`build/bench/results.json`. The load, the sink and the scenarios are in [bench](../bench/README.md), the configuration of
each daemon in [bench/peers](../bench/peers); Spanhold and the Collector are started with the same files.

{about}

Daemon, load and sink share these cores. Spans have 385 bytes, go in over one gRPC connection or four of HTTP, four requests
at a time, and leave over OTLP/gRPC without compression unless the row says otherwise. CPU time is user and system time of the
daemon's process, divided by the acknowledged spans. Each figure is the median of {repeats}, which took turns; the spread
behind it is the smallest and the largest.
"""

Row = Scenario | Footprint


def write_page(results: Results, scenarios: list[Scenario], footprint: list[Footprint]) -> str:
    about = results.about
    titles = about["titles"]
    peers = [name for name in titles if any(results.values(name, s.name, "acked") for s in scenarios)]
    versions = [f"- {titles[name]}: {about['versions'][name]}" for name in peers]
    machine = [f"- {name}: {value}" for name, value in about["machine"].items()]
    repeats = max((len(results.values(p, s.name, "acked")) for p in peers for s in scenarios), default=0)
    parts = [
        INTRODUCTION.format(
            command=about["command"],
            about="\n".join(machine + versions),
            repeats=f"{repeats} run{'s' if repeats > 1 else ''}",
        ),
        "## CPU time, µs a span\n",
        _cpu_table(results, scenarios, peers, titles),
        _notes([row for row in scenarios if _cpu_met(results, row) is False]),
        "## Footprint\n",
        _footprint_table(results, footprint, peers, titles),
        _notes([row for row in footprint if _footprint_met(results, row) is False]),
        "## Rate and latency\n",
        _table(
            ["scenario", "daemon", "spans/s", "ack p50, ms", "p99", "p99.9"],
            _rows(results, scenarios, peers, titles, _speed),
        ),
        "## What became of the spans\n",
        "Of all repeats together. \"Lost\" was acknowledged and never arrived; \"refused\" was never acknowledged; after a\n"
        "sampler, lost spans cannot be told from left out ones. \"Load\" and \"sink\" are what these themselves cost.\n",
        _table(
            ["scenario", "daemon", "acked", "lost", "doubled", "refused", "bytes out a span", "load, µs", "sink, µs"],
            _rows(results, scenarios, peers, titles, _spans),
        ),
    ]
    return "\n".join(part for part in parts if part)


def _cpu_table(results: Results, scenarios: list[Scenario], peers: list[str], titles: dict) -> str:
    heads = ["scenario", *(titles[name] for name in peers), "Collector ÷ Spanhold", "goal", ""]
    rows = []
    for scenario in scenarios:
        goal = f"≥ {scenario.target:g}"
        if scenario.ack_p99 is not None:
            goal += f"; p99 < {scenario.ack_p99:g} ms"
        cells = [_with_spread(results.values(name, scenario.name, "cpu_us")) for name in peers]
        verdict = _verdict(_cpu_met(results, scenario))
        rows.append([scenario.title, *cells, _number(_ratio(results, scenario)), goal, verdict])
    return _table(heads, rows)


def _ratio(results: Results, scenario: Scenario) -> float | None:
    own, other = (results.middle(name, scenario.name, "cpu_us") for name in (SPANHOLD, COLLECTOR))
    return other / own if own and other else None


def _cpu_met(results: Results, scenario: Scenario) -> bool | None:
    """None: not measured."""
    ratio = _ratio(results, scenario)
    if ratio is None:
        return None
    p99 = results.middle(SPANHOLD, scenario.name, "ack_ms_p99")
    return ratio >= scenario.target and (
        scenario.ack_p99 is None or (p99 is not None and p99 < scenario.ack_p99)
    )


def _footprint_table(results: Results, footprint: list[Footprint], peers: list[str], titles: dict) -> str:
    rows = []
    for row in footprint:
        cells = [_with_spread(results.values(peer, row.scenario, row.value)) for peer in peers]
        rows.append([row.title, *cells, f"≤ {row.most:g}", _verdict(_footprint_met(results, row))])
    return _table(["", *(titles[name] for name in peers), "goal", ""], rows)


def _footprint_met(results: Results, row: Footprint) -> bool | None:
    own = results.middle(SPANHOLD, row.scenario, row.value)
    return None if own is None else own <= row.most


def _notes(missed: list[Row]) -> str:
    notes = [f"- **{row.title}**: {row.note}" for row in missed if row.note]
    return "What holds the missed ones back:\n\n" + "\n".join(notes) + "\n" if notes else ""


def _rows(
    results: Results,
    scenarios: list[Scenario],
    peers: list[str],
    titles: dict,
    cells: Callable[[Results, str, str], list[str]],
) -> list[list[str]]:
    return [
        [scenario.title, titles[name], *cells(results, name, scenario.name)]
        for scenario in scenarios
        for name in peers
        if results.values(name, scenario.name, "acked")
    ]


def _speed(results: Results, peer: str, scenario: str) -> list[str]:
    names = ("spans_per_second", "ack_ms_p50", "ack_ms_p99", "ack_ms_p99.9")
    return [_number(results.middle(peer, scenario, name)) for name in names]


def _spans(results: Results, peer: str, scenario: str) -> list[str]:
    counts = [results.total(peer, scenario, name) for name in ("acked", "lost", "doubled", "refused")]
    names = ("bytes_out", "load_cpu_us", "sink_cpu_us")
    return [
        *("–" if count is None else f"{count:,}" for count in counts),
        *(_number(results.middle(peer, scenario, name)) for name in names),
    ]


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _number(value: float | None) -> str:
    """Three digits, or all of them in front of the point."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _with_spread(values: list[float]) -> str:
    if not values:
        return "–"
    middle = sorted(values)[len(values) // 2] if len(values) % 2 else sum(sorted(values)[len(values) // 2 - 1 :][:2]) / 2
    if len(values) == 1:
        return _number(middle)
    return f"{_number(middle)} ({_number(min(values))}–{_number(max(values))})"


def _verdict(met: bool | None) -> str:
    return "" if met is None else ("met" if met else "**missed**")
