"""The daemons that are compared, each described by bench/peers/NAME/peer.toml."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / "peers"


@dataclass(frozen=True)
class Peer:
    """A daemon, and how it is started for each output of a scenario that it has."""

    name: str
    title: str
    program: str
    version: str
    commands: dict[str, str]
    note: str = ""  # what the page has to say of it

    def command(self, output: str, places: dict[str, str]) -> list[str]:
        """The command line for one output; `places` are the ports and folders of this run."""
        words = {"program": self.program, "peers": str(PEERS), **places}
        return [word.format(**words) for word in shlex.split(self.commands[output])]


def known_peers() -> list[str]:
    return sorted(path.parent.name for path in PEERS.glob("*/setup"))


def described_peer(name: str, program: str) -> Peer:
    """A peer with a folder in bench/peers; `program` may have arguments in front of its own."""
    table = tomllib.loads((PEERS / name / "peer.toml").read_text())
    version = subprocess.run(
        shlex.split(table["version"].format(program=program)), capture_output=True, text=True, check=False
    )
    return Peer(
        name, table["title"], program, version.stdout.strip(), table["command"], table.get("note", "")
    )


def set_up_peer(name: str) -> Peer | None:
    """Builds or installs a known peer; says why when that fails."""
    setup = subprocess.run([PEERS / name / "setup"], stdout=subprocess.PIPE, text=True, check=False)
    if setup.returncode != 0:
        print(f"bench: {name} is skipped: its setup failed, see above", file=sys.stderr)
        return None
    return described_peer(name, setup.stdout.strip())


def peer_by_command(name: str, command: str) -> Peer:
    """--peer NAME=COMMAND: the program of a described peer, or a whole command of another one.

    The latter finds its ports in the environment (BENCH_GRPC, BENCH_HTTP, BENCH_SINK_GRPC,
    BENCH_COMPRESSION) or in braces in its arguments, and has to send OTLP/gRPC.
    """
    if (PEERS / name / "peer.toml").exists():
        return described_peer(name, command)
    return Peer(name, name, shlex.split(command)[0], command, {"otlp": command})
