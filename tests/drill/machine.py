"""The machine is in trouble."""

from __future__ import annotations

import glob

from .stage import Stage
from .waiting import Skipped

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def clock_jumps(stage: Stage) -> None:
    """The wall clock goes an hour ahead, then two hours back, as when NTP sets it."""
    libraries = glob.glob(LIBRARY)
    if not libraries:
        raise Skipped("needs Debian's package libfaketime")
    offset = stage.folder / "offset"
    offset.write_text("+0\n")
    stage.start(
        env={
            "LD_PRELOAD": libraries[0],
            "FAKETIME_TIMESTAMP_FILE": str(offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    )
    load = stage.load(seconds=stage.size(4, 20))
    for jump in ("+1h", "-1h"):
        stage.pause(stage.size(1, 5))
        offset.write_text(f"{jump}\n")
    load.finish()
