"""scripts/drill: puts the daemon into trouble, and compares what it acknowledged with what arrived."""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from compare.machine import about_this_machine
from compare.peers import set_up_peer
from compare.process import ProcessEnded

from .outcome import Outcome
from .page import write_page
from .results import Results
from .stage import Stage
from .subjects import Collector, Spanhold, Subject
from .table import DRILLS, Drill
from .waiting import DrillError, Skipped

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "release"
WORK = ROOT / "build" / "drill"  # logs of each drill, and results.json


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/drill", description=__doc__.partition(": ")[2])
    parser.add_argument("--full", action="store_true", help="as long and as large as they are meant (half an hour)")
    parser.add_argument("--only", metavar="NAME", action="append", choices=[d.name for d in DRILLS])
    parser.add_argument("--list", action="store_true", help="print the names and what happens, and end")
    parser.add_argument("--peer", choices=["otelcol"], help="the same drills with the Collector (wants Go)")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md; rows of other drills stay")
    return parser.parse_args()


def subjects(peer: str | None) -> list[Subject]:
    program = str(BUILD / "src" / "app" / "spanhold")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    found: list[Subject] = [Spanhold(program, version)]
    if peer:
        collector = set_up_peer(peer)
        if collector is None:
            sys.exit(1)
        found.append(Collector(collector.program, collector.version))
    return found


def run_drill(drill: Drill, subject: Subject, full: bool) -> Outcome:
    stage = Stage(subject, BUILD, WORK / f"{drill.name}-{subject.name}", full)
    begin = time.monotonic()
    try:
        drill.run(stage)
        stage.finish()
        stage.outcome.judge(stage.in_flight)
    except Skipped as reason:
        stage.outcome.skipped = str(reason)
    except (DrillError, ProcessEnded, OSError) as error:
        if isinstance(error, OSError):
            traceback.print_exc()
        stage.fail(str(error))
        with contextlib.suppress(AttributeError, OSError):  # the figures so far, if it came to any
            stage.compare()
    finally:
        stage.close()
    stage.outcome.seconds = time.monotonic() - begin
    return stage.outcome


def say(drill: Drill, subject: Subject, outcome: Outcome) -> bool:
    """Prints one line, and more if there is more; whether nothing new is wrong."""
    new = [p for p in outcome.problems if subject.name == Spanhold.name and not (drill.known and re.search(drill.known, p))]
    word = "skipped" if outcome.skipped else "FAILED" if new else "known" if outcome.problems else "ok"
    if subject.name != Spanhold.name:
        word = ""
    print(
        f"{drill.name:18} {subject.title:10} {word:8} [{outcome.seconds:3.0f} s]"
        f" acked={outcome.acked:,} delivered={outcome.delivered:,} doubled={outcome.doubled:,}"
        f" counted={outcome.counted:,} missing={outcome.missing:,} peak={outcome.peak_mb:.0f} MB"
        + (f" blocked={outcome.blocked_cpu:.1%}" if outcome.blocked_cpu is not None else ""),
        flush=True,
    )
    for text in [*([outcome.skipped] if outcome.skipped else []), *outcome.problems]:
        print(f"    {text}", flush=True)
    return not new


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what was started is ended
    arguments = parse_arguments()
    if arguments.list:
        print("\n".join(f"{drill.name:18} {drill.title}" for drill in DRILLS))
        return
    results = Results(WORK / "results.json")
    results.about = about_this_machine(ROOT)
    good = True
    players = subjects(arguments.peer)
    for drill in DRILLS:
        if arguments.only and drill.name not in arguments.only:
            continue
        for subject in players:
            if subject.name == Spanhold.name or drill.peer:
                outcome = run_drill(drill, subject, arguments.full)
                good = say(drill, subject, outcome) and good
                results.put(drill.name, subject, outcome, arguments.full)
    if arguments.write:
        (ROOT / "docs" / "reliability.md").write_text(write_page(results))
        print("wrote docs/reliability.md")
    if not good:
        print(f"logs of each drill are in {WORK}", file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
