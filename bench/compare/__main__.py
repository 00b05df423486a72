"""scripts/bench: Spanhold and its peers, in turn, against the same load and sink."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import time
from pathlib import Path

from .daemon import BenchError, Tools
from .footprint import measure_footprint
from .machine import about_this_machine
from .measure import measure
from .page import write_page
from .peers import Peer, described_peer, known_peers, peer_by_command, set_up_peer
from .process import ProcessEnded
from .results import FOOTPRINT, Results
from .table import Scenario, read_rows

ROOT = Path(__file__).resolve().parent.parent.parent


def parse_arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.partition(": ")[2])
    parser.add_argument(
        "--peers",
        metavar="NAMES",
        default="",
        help=f"known peers to set up and compare with, by commas: {', '.join(known_peers())}",
    )
    parser.add_argument(
        "--peer",
        metavar="NAME=COMMAND",
        action="append",
        default=[],
        help="a program of a known peer, or a whole command of another one, see bench/README.md",
    )
    parser.add_argument(
        "--only", metavar="SCENARIO", action="append", choices=names, help="of: " + ", ".join(names)
    )
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    parser.add_argument(
        "--spans", type=int, metavar="N", help="in a run of the largest scenarios; the others send their share"
    )
    parser.add_argument("--resume", action="store_true", help="keep what was measured already")
    parser.add_argument("--no-page", action="store_true", help="do not write docs/benchmarks.md")
    return parser.parse_args()


def chosen_peers(arguments: argparse.Namespace, build: Path) -> list[Peer]:
    peers: list[Peer | None] = [described_peer("spanhold", str(build / "src" / "app" / "spanhold"))]
    for name in filter(None, arguments.peers.split(",")):
        if name not in known_peers():
            sys.exit(f"scripts/bench: --peers: no {name!r}, only {', '.join(known_peers())}")
        peers.append(set_up_peer(name))
    for peer in arguments.peer:
        name, separator, command = peer.partition("=")
        if not separator:
            sys.exit(f"scripts/bench: --peer: want NAME=COMMAND, got {peer!r}")
        peers.append(peer_by_command(name, command))
    return [peer for peer in peers if peer is not None]


def run_one(results: Results, peer: Peer, scenario: Scenario | None, repeat: int, tools: Tools, spans: int) -> None:
    """Measures, keeps and prints; a run that fails is said and left out."""
    name = scenario.name if scenario else FOOTPRINT
    begin = time.monotonic()
    try:
        values = measure(scenario, peer, tools, spans) if scenario else measure_footprint(peer, tools)
    except (BenchError, ProcessEnded) as error:
        print(f"bench: {name}, {peer.title}: {error}", file=sys.stderr)
        return
    results.put(peer.name, name, repeat, values)
    shown = " ".join(f"{key}={value:,.4g}" for key, value in values.items() if value is not None)
    print(f"{name:20} {peer.title:12} {repeat + 1}  [{time.monotonic() - begin:.0f} s] {shown}", flush=True)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what was started is ended
    scenarios, footprint = read_rows()
    arguments = parse_arguments([FOOTPRINT, *(scenario.name for scenario in scenarios)])
    build = ROOT / "build" / "release"
    tools = Tools(build)
    peers = chosen_peers(arguments, build)
    results = Results(ROOT / "build" / "bench" / "results.json")
    results.about["machine"] = about_this_machine(ROOT)
    results.about["command"] = shlex.join(["scripts/bench", *sys.argv[1:]])
    results.about.setdefault("titles", {}).update({peer.name: peer.title for peer in peers})
    results.about.setdefault("versions", {}).update(
        {peer.name: f"{peer.version}; {peer.note}" if peer.note else peer.version for peer in peers}
    )

    rows: list[Scenario | None] = [None, *scenarios]
    if arguments.only:
        rows = [row for row in rows if (row.name if row else FOOTPRINT) in arguments.only]
    scale = arguments.spans / max(s.spans for s in scenarios) if arguments.spans else 1.0
    if not arguments.resume:
        for row in rows:
            for peer in peers:
                results.drop(peer.name, row.name if row else FOOTPRINT)
    # Repeats outermost and peers innermost: what else the machine does meets all of them alike.
    for repeat in range(arguments.repeats):
        for row in rows:
            for peer in peers:
                name = row.name if row else FOOTPRINT
                if (row and row.output not in peer.commands) or results.has(peer.name, name, repeat):
                    continue
                run_one(results, peer, row, repeat, tools, int(row.spans * scale) if row else 0)
    results.save()
    if not arguments.no_page:
        (ROOT / "docs" / "benchmarks.md").write_text(write_page(results, scenarios, footprint))
        print("wrote docs/benchmarks.md")


if __name__ == "__main__":
    main()
