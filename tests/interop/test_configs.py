"""The Collector's configurations: those that load unchanged, and wrong ones with the error that each line shall bring.

A line of configs/refused/*.yaml that is wrong ends in `# want: TEXT`: `spanhold validate` then says the file, this line
and TEXT (or more), on one line; and it says nothing else about the file. To change a message, change the comment.
A first line `# collector: accepts …` says where the Collector is of another opinion, and why that is so.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from harness import toolbox
from harness.process import clean_env

CONFIGS = toolbox.INTEROP / "configs"
ACCEPTED = sorted((CONFIGS / "accepted").glob("*.yaml"))
REFUSED = sorted((CONFIGS / "refused").glob("*.yaml"))

# What the configurations read from the environment.
ENV = {
    "INTEROP_HOST": "localhost",
    "INTEROP_BATCH_SIZE": "256",
    "INTEROP_BACKEND": "backend.example:4317",
    "INTEROP_TOKEN": "secret",
}

WANT = re.compile(r"# want: (.+)$")
EXIT_CONFIGURATION = 2

each_accepted = pytest.mark.parametrize("config", ACCEPTED, ids=lambda path: path.stem)
each_refused = pytest.mark.parametrize("config", REFUSED, ids=lambda path: path.stem)


@each_accepted
def test_collector_accepts(config: Path) -> None:
    """Only what the real Collector takes is fair to ask of Spanhold."""
    result = _validate(toolbox.program("otelcol"), config)

    assert result.returncode == 0, result.stderr


@each_accepted
def test_spanhold_accepts(config: Path) -> None:
    result = _validate(toolbox.daemon(), config)

    assert result.returncode == 0, result.stdout + result.stderr


@each_refused
def test_collector_agrees_that_it_is_wrong(config: Path) -> None:
    accepts = config.read_text().startswith("# collector: accepts")

    result = _validate(toolbox.program("otelcol"), config)

    assert (result.returncode == 0) == accepts, result.stderr


@each_refused
def test_spanhold_names_each_error(config: Path) -> None:
    toolbox.need_spanhold("line numbers in its messages")
    wanted = _wanted(config)
    assert wanted, "a refused configuration without a # want:"

    result = _validate(toolbox.daemon(), config)

    output = result.stdout + result.stderr
    said = [line for line in output.splitlines() if f"{config.name}:" in line]
    missing = [want for want in wanted if not any(_says(line, config, want) for line in said)]
    surplus = [line for line in said if not any(_says(line, config, want) for want in wanted)]
    assert (missing, surplus) == ([], []), output
    assert len(said) == len(wanted), output
    assert result.returncode == EXIT_CONFIGURATION


def _wanted(config: Path) -> list[tuple[int, str]]:
    lines = enumerate(config.read_text().splitlines(), start=1)
    return [(number, found[1]) for number, line in lines if (found := WANT.search(line))]


def _says(line: str, config: Path, want: tuple[int, str]) -> bool:
    number, text = want
    return re.search(rf"{re.escape(config.name)}:{number}\b", line) is not None and text in line


def _validate(binary: Path, config: Path) -> subprocess.CompletedProcess[str]:
    command = [binary, "validate", "--config", config]
    return subprocess.run(
        command, capture_output=True, text=True, env=clean_env(ENV), timeout=30, check=False
    )
