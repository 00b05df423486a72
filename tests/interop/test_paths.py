"""Every span of every SDK, with all that it carries, at the end of each path through the daemon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import compare, files, jaeger_expect, paths, senders, toolbox
from harness.daemon import Daemon
from harness.jaeger import Jaeger
from harness.senders import Sender, Sent
from harness.wait import wait_for

Send = Callable[[Sender], Sent]

each_sender = pytest.mark.parametrize("sender", senders.ALL, ids=str)
each_path = pytest.mark.parametrize("path", paths.TO_JAEGER)


@each_sender
def test_sdk_writes_what_it_recorded(sender: Sender, sent_by: Send) -> None:
    """Not a test of the daemon: without it a recorder that is wrong would look like a daemon that is."""
    sent = sent_by(sender)

    assert len(sent.spans) > 50
    differences = compare.in_otlp(sent.spans, sent.wire)
    assert not differences, compare.report(differences)


@each_sender
@each_path
def test_jaeger_shows_what_was_sent(
    sender: Sender, path: str, sent_by: Send, request: pytest.FixtureRequest
) -> None:
    if path not in toolbox.STANDIN_HAS:
        toolbox.need_spanhold("jaeger exporter")
    jaeger: Jaeger = request.getfixturevalue("jaegers")[path]
    sent = sent_by(sender).spans
    ids = {span.trace_id for span in sent}

    shown = jaeger.traces_when(len(sent), ids)

    differences = compare.in_jaeger(sent, shown, jaeger_expect.PATHS[path])
    assert not differences, compare.report(differences)


@each_sender
def test_file_holds_what_was_sent(sender: Sender, sent_by: Send, out_file: Path) -> None:
    """OTLP JSON can hold everything, so nothing at all may differ: flags, dropped counts and schema URLs included."""
    sent = sent_by(sender).spans
    keys = {span.key for span in sent}

    shown = files.spans_when(len(sent), out_file, keys)

    differences = compare.in_otlp(sent, shown)
    assert not differences, compare.report(differences)


def test_metrics_count_every_span_once(sent_by: Send, daemon: Daemon) -> None:
    """The Collector's names, so that its dashboards show the truth about Spanhold too."""
    total = sum(
        len(sent_by(sender).spans)
        for sender in senders.ALL
        if sender.language not in toolbox.MISSING
    )
    exporters = daemon.exporters

    accepted = daemon.metric("otelcol_receiver_accepted_spans")
    wait_for(
        "all spans to be sent",
        lambda: all(
            daemon.metric("otelcol_exporter_sent_spans", exporter=name) >= total
            for name in exporters
        ),
    )

    assert accepted == total
    assert daemon.metric("otelcol_receiver_refused_spans") == 0
    for name in exporters:
        assert daemon.metric("otelcol_exporter_sent_spans", exporter=name) == total
        assert daemon.metric("otelcol_exporter_send_failed_spans", exporter=name) == 0
