"""What needs root: a view of the file system of the daemon's own, and small disks."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from .stage import Stage
from .waiting import Skipped


def need_root() -> None:
    if os.geteuid() != 0:
        raise Skipped("needs root")
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        raise Skipped("this system does not let root mount")


def with_hosts_file(folder: Path) -> tuple[Path, list[str]]:
    """The /etc/hosts of a process, and the words before its command. It has no name server either."""
    need_root()
    hosts, resolver = folder / "hosts", folder / "resolv.conf"
    hosts.touch()
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    mounts = " && ".join(
        f"mount --bind {shlex.quote(str(file))} {place}"
        for file, place in ((hosts, "/etc/hosts"), (resolver, "/etc/resolv.conf"))
    )
    return hosts, ["unshare", "-m", "sh", "-c", f'{mounts} && exec "$@"', "sh"]


class SmallDisk:
    """A tmpfs for the journal, of `mib` MiB."""

    def __init__(self, stage: Stage, mib: int) -> None:
        need_root()
        self._path = stage.folder / "journal"
        self._mount("-t", "tmpfs", "-o", f"size={mib}m", "drill")
        stage.at_end(subprocess.run, ["umount", self._path])

    def resize(self, mib: int) -> None:
        self._mount("-o", f"remount,size={mib}m")

    def read_only(self) -> None:
        """Only while nobody writes to it."""
        self._mount("-o", "remount,ro")

    def writable(self) -> None:
        self._mount("-o", "remount,rw")

    def _mount(self, *words: str) -> None:
        done = subprocess.run(["mount", *words, self._path], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped(done.stderr.strip())
