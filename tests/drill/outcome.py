"""What a drill has found, and what of it is not as promised."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from .subjects import BUDGET_MIB

# Beside the budget. README of tests/drill says how it was measured.
OVERHEAD_MB = 40.0
CONNECTION_MB = 0.02  # gRPC: 18 KB for an idle one, as measured
IDLE_CPU = 0.05  # of a core, while nothing can move


@dataclass
class Outcome:
    """Spans, unless it says otherwise."""

    acked: int = 0
    delivered: int = 0  # of the acknowledged ones
    doubled: int = 0
    uncertain: int = 0  # sent again by the load after a connection broke: what may double without anyone's fault
    counted: int = 0
    peak_mb: float = 0.0
    connections: int = 0
    budget_mib: int = BUDGET_MIB
    blocked_cpu: float | None = None
    seconds: float = 0.0
    status: list[str] = field(default_factory=list)  # what `spanhold status` said of the trouble
    problems: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def missing(self) -> int:
        """Acknowledged, and neither delivered nor counted."""
        return self.acked - self.delivered - self.counted

    @property
    def peak_bound_mb(self) -> float:
        return self.budget_mib * 1.048576 + OVERHEAD_MB + self.connections * CONNECTION_MB

    def judge(self, in_flight: int) -> None:
        """Adds to `problems` what no drill may show; `in_flight`: spans whose answer the daemon never saw."""
        if self.acked == 0:
            self.problems.append("nothing was acknowledged")
        if self.missing > 0:
            self.problems.append(f"{self.missing:,} spans are missing and not counted")
        if -self.missing > in_flight:
            self.problems.append(f"{-self.missing:,} spans were delivered, and counted as if not")
        if self.doubled > in_flight + self.uncertain:
            self.problems.append(f"{self.doubled:,} doubles, {in_flight + self.uncertain:,} are explained")
        if self.peak_mb > self.peak_bound_mb:
            self.problems.append(f"peak RSS {self.peak_mb:.0f} MB, the bound is {self.peak_bound_mb:.0f} MB")
        if self.blocked_cpu is not None and self.blocked_cpu > IDLE_CPU:
            self.problems.append(f"{self.blocked_cpu:.0%} of a core while nothing could move")

    def as_json(self) -> dict:
        return asdict(self)
