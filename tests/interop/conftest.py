"""What tests share: four Jaegers, one daemon that sends to all of them, and what each SDK sent through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import paths, senders, toolbox
from harness.daemon import Daemon
from harness.jaeger import Jaeger
from harness.process import Process
from harness.senders import Sender, Sent


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interop")


@pytest.fixture
def ending() -> Iterator[Callable[[Process], Process]]:
    """Registers a process that shall not outlive the test."""
    processes: list[Process] = []
    yield lambda process: processes.append(process) or process
    for process in processes:
        process.kill()


@pytest.fixture(scope="session")
def jaegers(work: Path) -> Iterator[dict[str, Jaeger]]:
    """A Jaeger for each path, so that what came by one path is not taken for what came by another."""
    started: dict[str, Jaeger] = {}
    try:
        for path in paths.TO_JAEGER:
            started[path] = Jaeger.start(toolbox.program("jaeger"), work, path)
        yield started
    finally:
        for jaeger in started.values():
            jaeger.process.kill()


@pytest.fixture(scope="session")
def out_file(work: Path) -> Path:
    return work / "traces.jsonl"


@pytest.fixture(scope="session")
def daemon(work: Path, out_file: Path, request: pytest.FixtureRequest) -> Iterator[Daemon]:
    """One pipeline to all paths at once. Without Go there is no Jaeger, and only the file is left."""
    exporters = paths.to_file(out_file)
    if "go" not in toolbox.MISSING:
        jaegers = request.getfixturevalue("jaegers")
        for path in paths.TO_JAEGER:
            if not toolbox.is_standin() or path in toolbox.STANDIN_HAS:
                exporters |= paths.to_jaeger(path, jaegers[path])
    daemon = Daemon.start(toolbox.daemon(), work, "daemon", exporters)
    yield daemon
    daemon.process.kill()


@pytest.fixture(scope="session")
def sent_by(daemon: Daemon, work: Path) -> Callable[[Sender], Sent]:
    """What a sender sent through `daemon`; each sends once, whatever number of tests look at it.

    A sender that failed, or cannot run here, did so for all of these tests.
    """
    done: dict[Sender, Sent | BaseException] = {}

    def send(sender: Sender) -> Sent:
        if sender not in done:
            directory = work / str(sender)
            directory.mkdir()
            address = ("127.0.0.1", daemon.ports[sender.over])
            try:
                done[sender] = senders.send(sender, address, directory)
            except (Exception, pytest.skip.Exception) as error:
                done[sender] = error
        sent = done[sender]
        if isinstance(sent, BaseException):
            raise sent
        return sent

    return send
