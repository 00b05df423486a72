"""The OpenTelemetry Collector as a neighbour: before Spanhold, behind it, over gRPC and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import compare, jaeger_expect, paths, senders, toolbox
from harness.daemon import Daemon
from harness.jaeger import Jaeger
from harness.process import Process
from harness.senders import Sender, Sent

Ending = Callable[[Process], Process]

# Node says the most with its own types, Java has bytes, maps and the largest numbers.
SENDERS = (Sender("node", "grpc"), Sender("java", "http/protobuf"))

each_sender = pytest.mark.parametrize("sender", SENDERS, ids=str)
each_protocol = pytest.mark.parametrize("protocol", ("grpc", "http"))


@each_sender
@each_protocol
def test_collector_before(
    sender: Sender, protocol: str, jaegers: dict[str, Jaeger], tmp_path: Path, ending: Ending
) -> None:
    """SDK → Collector → Spanhold → Jaeger."""
    jaeger = jaegers["otlp_grpc"]
    spanhold = Daemon.start(
        toolbox.daemon(), tmp_path, "spanhold", paths.to_jaeger("otlp_grpc", jaeger)
    )
    ending(spanhold.process)
    onward = paths.to_collector(protocol, getattr(spanhold, protocol))
    collector = Daemon.start(toolbox.program("otelcol"), tmp_path, "otelcol", onward)
    ending(collector.process)

    sent = senders.send(sender, ("127.0.0.1", collector.ports[sender.over]), tmp_path)

    _assert_arrives(sent, jaeger)


@each_sender
@each_protocol
def test_collector_behind(
    sender: Sender, protocol: str, jaegers: dict[str, Jaeger], tmp_path: Path, ending: Ending
) -> None:
    """SDK → Spanhold → Collector → Jaeger."""
    jaeger = jaegers["otlp_grpc"]
    collector = Daemon.start(
        toolbox.program("otelcol"), tmp_path, "otelcol", paths.to_jaeger("otlp_grpc", jaeger)
    )
    ending(collector.process)
    onward = paths.to_collector(protocol, getattr(collector, protocol))
    spanhold = Daemon.start(toolbox.daemon(), tmp_path, "spanhold", onward)
    ending(spanhold.process)

    sent = senders.send(sender, ("127.0.0.1", spanhold.ports[sender.over]), tmp_path)

    _assert_arrives(sent, jaeger)


def _assert_arrives(sent: Sent, jaeger: Jaeger) -> None:
    shown = jaeger.traces_when(len(sent.spans), {span.trace_id for span in sent.spans})

    differences = compare.in_jaeger(sent.spans, shown, jaeger_expect.PATHS["otlp_grpc"])
    assert not differences, compare.report(differences)
