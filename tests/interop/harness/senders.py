"""Every SDK and protocol that sends, and what it sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from . import application, toolbox
from .model import Span, read_lines
from .process import Process
from .redis_server import Redis
from .wiretap import Wiretap

SECONDS = 90


@dataclass(frozen=True)
class Sender:
    """`language` is one of python, node, java, go; `protocol` is named as in OTEL_EXPORTER_OTLP_PROTOCOL."""

    language: str
    protocol: str

    def __str__(self) -> str:
        return f"{self.language}-{self.protocol.replace('/', '-')}"

    @property
    def over(self) -> str:
        """The receiver's protocol."""
        return "grpc" if self.protocol == "grpc" else "http"


ALL = (
    Sender("python", "grpc"),
    Sender("python", "http/protobuf"),
    Sender("node", "grpc"),
    Sender("node", "http/protobuf"),
    Sender("node", "http/json"),
    Sender("java", "grpc"),
    Sender("java", "http/protobuf"),
    Sender("go", "grpc"),
    Sender("go", "http/protobuf"),
)

# One that exports trace after trace until it is stopped, for each SDK that has told us what was acknowledged.
LOADS = tuple(sender for sender in ALL if sender.language != "go")


@dataclass(frozen=True)
class Sent:
    """`spans` is the SDK's own view, `wire` is what went over the connection in the end."""

    spans: list[Span]
    wire: list[Span]


def send(sender: Sender, address: tuple[str, int], directory: Path) -> Sent:
    """Sends everything that `sender` has to `address`, and returns when all was answered."""
    with Wiretap(address) as tap:
        recorded = RUN[sender.language](sender, f"http://127.0.0.1:{tap.port}", directory)
        wire = tap.spans()
        return Sent(wire if recorded is None else _with_flags(recorded, wire), wire)


def start_load(sender: Sender, address: str, acked: Path) -> Process:
    """A process that exports without a pause; a line of `acked` is an acknowledged call."""
    endpoint = f"http://{address}"
    match sender.language:
        case "python":
            script = toolbox.INTEROP / "senders" / "python" / "load.py"
            command = [toolbox.python(), script, sender.over, endpoint, acked]
        case "node":
            command = [*toolbox.node("load.mjs"), sender.protocol, endpoint, acked]
        case _:
            command = [*toolbox.java("Load"), sender.protocol, endpoint, acked]
    return Process(command, acked.with_suffix(".log"))


def _python(sender: Sender, endpoint: str, directory: Path) -> list[Span]:
    redis = Redis.start(directory)
    try:
        tracing = {"OTLP_ENDPOINT": endpoint, "OTLP_PROTOCOL": sender.over}
        if sender.over == "http":
            # The SDK's own variable; no other SDK sends this encoding.
            tracing["OTEL_EXPORTER_OTLP_COMPRESSION"] = "deflate"
        return application.use(directory, redis.url, tracing)
    finally:
        redis.process.stop()


def _node(sender: Sender, endpoint: str, directory: Path) -> list[Span]:
    record = directory / "record.jsonl"
    _run([*toolbox.node("send.mjs"), sender.protocol, endpoint, record], directory / "sender.log")
    return read_lines(record)


def _java(sender: Sender, endpoint: str, directory: Path) -> list[Span]:
    record = directory / "record.jsonl"
    _run([*toolbox.java("Send"), sender.protocol, endpoint, record], directory / "sender.log")
    return read_lines(record)


def _go(sender: Sender, endpoint: str, directory: Path) -> None:
    """telemetrygen writes nothing down: what it sent is what went over the wire."""
    command = [
        toolbox.program("telemetrygen"),
        "traces",
        "--otlp-endpoint",
        endpoint.removeprefix("http://"),
    ]
    command += [
        "--otlp-insecure",
        "--traces",
        "100",
        "--child-spans",
        "7",
        "--span-links",
        "2",
        "--workers",
        "2",
    ]
    command += ["--rate", "0", "--status-code", "Error", "--service", "go-shop", "--marshal"]
    command += ["--telemetry-attributes", 'text="a b"', "--telemetry-attributes", "number=7"]
    command += ["--telemetry-attributes", "yes=true", "--telemetry-attributes", 'list=["x", "y"]']
    command += ["--otlp-attributes", 'deployment.environment="interop"']
    if sender.over == "http":
        command.append("--otlp-http")
    _run(command, directory / "sender.log")


RUN = {"python": _python, "node": _node, "java": _java, "go": _go}


def _run(command: list[str | Path], log: Path) -> None:
    process = Process(command, log)
    code = process.wait(SECONDS)
    assert code == 0, process.output()


def _with_flags(recorded: list[Span], wire: list[Span]) -> list[Span]:
    """The flags come from the wire: an SDK adds them when it encodes, its recorder cannot see them."""
    by_key = {span.key: span for span in wire}
    return [_flagged(span, by_key[span.key]) if span.key in by_key else span for span in recorded]


def _flagged(span: Span, wire: Span) -> Span:
    # Links that are too many or too few keep no flags, and differ anyway.
    sent = [link.flags for link in wire.links] + [None] * len(span.links)
    links = tuple(replace(link, flags=flags) for link, flags in zip(span.links, sent, strict=False))
    return replace(span, flags=wire.flags, links=links)
