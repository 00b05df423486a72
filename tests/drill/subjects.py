"""Who is put through the drills: Spanhold, and the Collector beside it.

Both get the same configuration, apart from what only one of them has; where it says nothing, each
has its own defaults. JSON is YAML, so json.dumps writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .metrics import Metrics

Config = dict[str, Any]

BUDGET_MIB = 64  # small, so that a drill comes to the limit
# A batch in flight is what may be delivered twice: so many, of so many spans.
CONSUMERS, BATCH = 10, 512


@dataclass(frozen=True)
class Settings:
    """What a drill wants of the daemon's configuration."""

    journal: Config | None = None  # keys beside the directory; without: no journal
    http: bool = False  # OTLP/HTTP to the backend instead of gRPC
    exporter: Mapping[str, Any] = field(default_factory=dict)
    service: Mapping[str, Any] = field(default_factory=dict)  # Spanhold's own keys


class Subject:
    """`program` is a path. Ports are by use: grpc, http, metrics, backend (where it sends to)."""

    name = ""
    title = ""

    def __init__(self, program: str, version: str) -> None:
        self.program = program
        self.version = version

    def configuration(self, ports: Mapping[str, int], journal: str, settings: Settings) -> Config:
        backend = f"localhost:{ports['backend']}"
        exporter = {
            "endpoint": f"http://{backend}" if settings.http else backend,
            "compression": "none",
            "tls": {"insecure": True},
            "retry_on_failure": {"initial_interval": "100ms", "max_interval": "1s", "max_elapsed_time": 0},
            **settings.exporter,
        }
        name = "otlphttp" if settings.http else "otlp"
        listen = {use: {"endpoint": f"127.0.0.1:{ports[use]}"} for use in ("grpc", "http")}
        listen["grpc"]["max_recv_msg_size_mib"] = 64  # OTLP's bound, which the Collector does not keep by itself
        listen["http"]["max_request_body_size"] = 64 << 20
        reader = {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": ports["metrics"]}}}}
        return {
            "receivers": {"otlp": {"protocols": listen}},
            "processors": {"batch": {"send_batch_size": BATCH, "send_batch_max_size": BATCH, "timeout": "200ms"}},
            "exporters": {name: exporter},
            "service": {
                "telemetry": {"metrics": {"readers": [reader]}},
                "pipelines": {"traces": {"receivers": ["otlp"], "processors": ["batch"], "exporters": [name]}},
            },
        }

    def held(self, metrics: Metrics) -> int:
        """Spans that it still has, or something that is 0 when they are."""
        raise NotImplementedError

    def counted(self, metrics: Metrics) -> int:
        """Acknowledged spans that it says it has not delivered."""
        raise NotImplementedError

    def counted_in_log(self, log: str) -> int:
        """The same of a run that has shut down, which drops what it cannot deliver any more."""
        return 0

    def imbalance(self, metrics: Metrics) -> str:
        """What of its books does not add up at rest; empty when all does."""
        raise NotImplementedError


class Spanhold(Subject):
    name = "spanhold"
    title = "Spanhold"

    def configuration(self, ports: Mapping[str, int], journal: str, settings: Settings) -> Config:
        config = super().configuration(ports, journal, settings)
        config["service"] |= {"memory": {"limit": f"{BUDGET_MIB}MiB"}, "shutdown_timeout": "3s", **settings.service}
        if settings.journal is not None:
            config["service"]["journal"] = {"directory": journal, "segment_size": "4MiB", **settings.journal}
        return config

    def held(self, metrics: Metrics) -> int:
        return metrics.total(
            "spanhold_pipeline_held_spans", "spanhold_exporter_held_spans", "spanhold_journal_waiting_spans"
        )

    def counted(self, metrics: Metrics) -> int:
        return metrics.total(
            "spanhold_pipeline_sampled_out_spans",
            "spanhold_pipeline_dropped_spans",
            "otelcol_exporter_send_failed_spans",
            "spanhold_exporter_dropped_spans",
            "spanhold_journal_lost_spans",
        )

    def counted_in_log(self, log: str) -> int:
        last_words = "\n".join(line for line in log.splitlines() if "what became of its spans" in line)
        return sum(int(count) for count in re.findall(r" (?:sampled_out|rejected|dropped)=(\d+)", last_words))

    def imbalance(self, metrics: Metrics) -> str:
        wrong = []
        for name, (came, went) in {
            "pipeline": (
                ["spanhold_pipeline_accepted_spans"],
                [f"spanhold_pipeline_{what}_spans" for what in ("sampled_out", "dropped", "handed", "kept", "held")],
            ),
            "lane": (
                ["spanhold_exporter_handed_spans"],
                ["otelcol_exporter_sent_spans", "otelcol_exporter_send_failed_spans"]
                + [f"spanhold_exporter_{what}_spans" for what in ("dropped", "kept", "held")],
            ),
            "journal": (
                ["spanhold_journal_recorded_spans", "spanhold_journal_recovered_spans"],
                [f"spanhold_journal_{what}_spans" for what in ("handed", "lost", "withdrawn", "waiting")],
            ),
        }.items():
            if (difference := metrics.total(*came) - metrics.total(*went)) != 0:
                wrong.append(f"{name}: {difference} spans have no outcome")
        return "; ".join(wrong)


class Collector(Subject):
    name = "otelcol"
    title = "Collector"

    def configuration(self, ports: Mapping[str, int], journal: str, settings: Settings) -> Config:
        config = super().configuration(ports, journal, settings)
        if settings.journal is not None:  # what it has of the kind: its sending queue on disk
            config["extensions"] = {"file_storage": {"directory": journal, "create_directory": True, "fsync": True}}
            config["service"]["extensions"] = ["file_storage"]
            for exporter in config["exporters"].values():
                exporter["sending_queue"] = {"storage": "file_storage"}
        return config

    def held(self, metrics: Metrics) -> int:
        return metrics.total("otelcol_exporter_queue_size", "otelcol_exporter_in_flight_requests")

    def counted(self, metrics: Metrics) -> int:
        return metrics.total("otelcol_exporter_send_failed_spans", "otelcol_exporter_enqueue_failed_spans")

    def imbalance(self, metrics: Metrics) -> str:
        return ""  # it has no books
