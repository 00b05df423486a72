"""`spanhold status`: the ledger balances once everything that the SDKs sent has left."""

from __future__ import annotations

from collections.abc import Callable

from harness import ledger, senders, toolbox
from harness.daemon import Daemon
from harness.senders import Sender, Sent
from harness.wait import wait_for

Send = Callable[[Sender], Sent]


def test_ledger_balances_at_rest(sent_by: Send, daemon: Daemon) -> None:
    toolbox.need_spanhold("ledger")
    total = sum(
        len(sent_by(sender).spans)
        for sender in senders.ALL
        if sender.language not in toolbox.MISSING
    )

    wait_for("the ledger to come to rest", lambda: not ledger.unsettled(daemon.status()))

    rows = ledger.rows(daemon.status())
    lanes = [row for row in rows if "LANE" in row]
    pipelines = [row for row in rows if "PIPELINE" in row]
    assert len(lanes) == len(daemon.exporters)
    assert all(int(row["sent"]) >= total for row in lanes), rows
    assert {row["sent"] for row in lanes} == {pipelines[0]["accepted"]}, rows


def test_ledger_that_does_not_balance_is_noticed() -> None:
    page = (
        "Spanhold 0.1.0, up 0h00m01s, ready\n\n"
        "RECEIVER     spans accepted  spans refused\n"
        "otlp (grpc)              12              0\n\n"
        "PIPELINE  accepted  sampled out  dropped  handed on  held  difference\n"
        "traces          12            0        0         12     0           0\n\n"
        "LANE           handed on  sent  rejected  dropped  held  difference\n"
        "traces > file         12    11         0        0     1           0\n"
        "traces > otlp         12    11         0        0     0           1\n\n"
        "Counts are spans unless they say requests.\n"
    )

    assert [row["sent"] for row in ledger.rows(page) if "LANE" in row] == ["11", "11"]
    assert ["traces > file" in row or "traces > otlp" in row for row in ledger.unsettled(page)] == [
        True,
        True,
    ]
