"""The journal's disk is in trouble."""

from __future__ import annotations


from .namespaces import SmallDisk
from .stage import Stage
from .subjects import Settings

FULL = r"journal: .*(space|full)"


def disk_full(stage: Stage) -> None:
    """A disk of 8 MiB, and the backend away: clients are told to come back, until there is room."""
    SmallDisk(stage, 8)
    _fill(stage, Settings(journal={"segment_size": "1MiB"}), FULL)


def journal_full(stage: Stage) -> None:
    """`max_size` reached: the same, but by the journal's own bound."""
    _fill(stage, Settings(journal={"segment_size": "1MiB", "max_size": "8MiB"}), r"journal: full")


def _fill(stage: Stage, settings: Settings, trouble: str) -> None:
    stage.start(settings)
    stage.gate.shut()
    load = stage.load(seconds=stage.size(4, 20), rate=0)
    stage.wait("requests are refused", lambda: stage.metric("spanhold_receiver_refused_requests") > 0)
    stage.expect_status(trouble)
    stage.measure_blocked()
    stage.gate.open()
    load.finish()


def read_only(stage: Stage) -> None:
    """From the start; then it may be written."""
    disk = SmallDisk(stage, 64)
    disk.read_only()
    stage.start(Settings(journal={}))
    load = stage.load(seconds=stage.size(4, 10))
    stage.expect_status(r"journal: .*read-only")
    stage.pause(1)
    disk.writable()
    load.finish()


def corrupt_byte(stage: Stage) -> None:
    """One byte of an entry has changed while the daemon was down: that entry is lost and counted, no other."""
    stage.start(Settings(journal={}))
    stage.gate.shut()
    stage.load(seconds=stage.size(2, 10), rate=5_000).finish()
    stage.kill_daemon()
    segment = min((stage.folder / "journal").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    segment.write_bytes(content)
    stage.start_daemon()
    stage.gate.open()
    stage.settle()
    damaged = stage.metric("spanhold_journal_damaged_entries")
    if damaged != 1:
        stage.fail(f"{damaged} damaged entries are counted, not 1")


