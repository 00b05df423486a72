"""Tracing for a Python service. Copy this file and call setup() once, before the first request.

Environment:
    OTLP_ENDPOINT    where spans go: http://localhost:4317 (gRPC) or http://localhost:4318 (HTTP)
    OTLP_PROTOCOL    grpc (default) or http
    TRACING_ENABLED  true (default) or false
    TRACING_RATIO    the share of traces that is kept, 0.0 to 1.0 (default 1.0)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from sqlalchemy import Engine

# Probes come every few seconds and say nothing about a request.
HEALTH_URLS = "healthz"


@dataclass(frozen=True)
class Settings:
    enabled: bool = True
    endpoint: str = "http://localhost:4317"
    protocol: str = "grpc"
    ratio: float = 1.0

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        protocol = env.get("OTLP_PROTOCOL", "grpc").lower()
        if protocol not in ("grpc", "http"):
            raise ValueError(f'OTLP_PROTOCOL: want "grpc" or "http", got "{protocol}"')
        port = 4317 if protocol == "grpc" else 4318
        return cls(
            enabled=env.get("TRACING_ENABLED", "true").lower() not in ("false", "0", "no", "off"),
            endpoint=env.get("OTLP_ENDPOINT", f"http://localhost:{port}").rstrip("/"),
            protocol=protocol,
            ratio=float(env.get("TRACING_RATIO", "1.0")),
        )


def make_exporter(settings: Settings) -> SpanExporter:
    if settings.protocol == "http":
        return HttpExporter(endpoint=f"{settings.endpoint}/v1/traces")
    # gRPC takes TLS unless told otherwise; an agent beside the service is reached in clear.
    insecure = not settings.endpoint.startswith("https://")
    return GrpcExporter(endpoint=settings.endpoint, insecure=insecure)


def setup(service: str, settings: Settings | None = None) -> TracerProvider | None:
    """Makes the process's tracer provider, or none when tracing is off: spans then cost nothing.

    Call provider.shutdown() at the end, or the last seconds of spans are lost.
    """
    settings = settings or Settings.from_env()
    if not settings.enabled:
        return None
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: service}),
        # The first service of a trace decides for all of them, so that no trace is kept in part.
        sampler=ParentBased(TraceIdRatioBased(settings.ratio)),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            make_exporter(settings),
            max_queue_size=2048,
            schedule_delay_millis=5000,
            max_export_batch_size=512,
        )
    )
    trace.set_tracer_provider(provider)
    return provider


def instrument(app: FastAPI, engine: Engine | None = None) -> None:
    """Lets the libraries that the service uses make spans of their own. Does nothing when off."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    FastAPIInstrumentor.instrument_app(app, excluded_urls=HEALTH_URLS)
    RequestsInstrumentor().instrument(excluded_urls=HEALTH_URLS)
    RedisInstrumentor().instrument()
    if engine is not None:
        SQLAlchemyInstrumentor().instrument(engine=engine)
