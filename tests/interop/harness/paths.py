"""The ways out of the daemon, each as the exporter that it is configured with."""

from __future__ import annotations

from pathlib import Path

from .daemon import Config
from .jaeger import Jaeger

# The paths that end in a Jaeger. The fifth, "file", is compared in full; see jaeger_expect.PATHS for these.
TO_JAEGER = ("otlp_grpc", "otlp_http", "jaeger_thrift", "jaeger_grpc")


def to_jaeger(path: str, jaeger: Jaeger) -> dict[str, Config]:
    """The exporter that sends to `jaeger` by one path, with the id that it has in the configuration."""
    match path:
        case "otlp_grpc":
            return {"otlp": {"endpoint": jaeger.address("otlp_grpc"), "tls": {"insecure": True}}}
        case "otlp_http":
            return {"otlphttp": {"endpoint": f"http://{jaeger.address('otlp_http')}"}}
        case "jaeger_thrift":
            return {"jaeger/thrift": {"endpoint": f"http://{jaeger.address('thrift')}/api/traces"}}
        case "jaeger_grpc":
            return {
                "jaeger/grpc": {
                    "protocol": "grpc",
                    "endpoint": jaeger.address("grpc"),
                    "tls": {"insecure": True},
                }
            }
    raise ValueError(path)


def to_file(path: Path) -> dict[str, Config]:
    return {"file": {"path": str(path), "flush_interval": "100ms"}}


def to_collector(protocol: str, address: str) -> dict[str, Config]:
    """To the next Collector (or daemon) of a chain, as `address` takes it."""
    if protocol == "grpc":
        return {"otlp": {"endpoint": address, "tls": {"insecure": True}}}
    return {"otlphttp": {"endpoint": f"http://{address}"}}
