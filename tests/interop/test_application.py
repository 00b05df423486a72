"""The first user's application: what its traces hold, and what its settings do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import application
from harness.daemon import Daemon
from harness.model import Span
from harness.redis_server import Redis
from harness.senders import Sender, Sent
from harness.wiretap import Wiretap

Send = Callable[[Sender], Sent]


@pytest.fixture(scope="session")
def spans(sent_by: Send) -> list[Span]:
    return sent_by(Sender("python", "grpc")).spans


@pytest.fixture
def use(daemon: Daemon, tmp_path: Path) -> Callable[..., tuple[list[Span], Wiretap]]:
    """Runs the application with settings of the test's own; answers its spans and the tap beside the daemon."""

    def run(**settings: str) -> tuple[list[Span], Wiretap]:
        redis = Redis.start(tmp_path)
        try:
            with Wiretap(("127.0.0.1", daemon.ports["grpc"])) as tap:
                tracing = {"OTLP_ENDPOINT": f"http://127.0.0.1:{tap.port}"} | settings
                return application.use(tmp_path, redis.url, tracing), tap
        finally:
            redis.process.stop()

    return run


def test_every_library_makes_spans(spans: list[Span]) -> None:
    """An instrumentation that does not fit its library's version says so once and is silent from then on."""
    scopes = {span.scope_name.removeprefix("opentelemetry.instrumentation.") for span in spans}

    assert {"fastapi", "sqlalchemy", "redis", "requests"} <= scopes
    assert {"assistant.api", "assistant.agent", "assistant.llm"} <= scopes


def test_second_service_joins_the_trace(spans: list[Span]) -> None:
    by_id = {span.span_id: span for span in spans}
    served = [span for span in spans if _service(span) == "prices" and span.kind == "SERVER"]

    assert served
    assert all(_service(by_id[span.parent_id]) == "assistant" for span in served)
    assert all(by_id[span.parent_id].kind == "CLIENT" for span in served)


def test_agent_has_nested_steps(spans: list[Span]) -> None:
    by_id = {span.span_id: span for span in spans}
    agent = next(span for span in spans if span.name.startswith("invoke_agent"))
    children = Counter(span.name for span in spans if span.parent_id == agent.span_id)
    plan = next(span for span in spans if span.name == "plan" and span.parent_id == agent.span_id)
    planning = [span.name for span in spans if span.parent_id == plan.span_id]

    assert by_id[agent.parent_id].name == "POST /ask"
    assert children == {
        "plan": 1,
        "execute_tool read_article": 2,
        "execute_tool get_price": 2,
        "chat parrot-small": 1,
    }
    assert planning == ["chat parrot-small"]
    assert agent.attributes["gen_ai.agent.tools"] == (
        "array",
        (("string", "get_price"), ("string", "read_article")),
    )


def test_errors_are_recorded(spans: list[Span]) -> None:
    statuses = Counter(span.status for span in spans)
    exceptions = [event for span in spans for event in span.events if event.name == "exception"]
    types = {event.attributes["exception.type"][1] for event in exceptions}

    assert statuses["OK"] and statuses["ERROR"] and statuses["UNSET"]
    assert {"llm.RateLimited", "LookupError", "requests.exceptions.HTTPError"} <= types


def test_digest_links_to_earlier_traces(spans: list[Span]) -> None:
    keys = {span.key for span in spans}
    digest = next(span for span in spans if span.name == "digest")

    assert len(digest.links) == 2
    assert all((link.trace_id, link.span_id) in keys for link in digest.links)
    assert all(link.trace_id != digest.trace_id for link in digest.links)
    assert digest.links[1].attributes == {"digest.position": ("int", 1)}


def test_health_checks_make_no_spans(spans: list[Span]) -> None:
    """They were called: both services are up only once theirs has answered."""
    assert not [span for span in spans if "healthz" in repr(span)]


def test_tracing_can_be_switched_off(use: Callable[..., tuple[list[Span], Wiretap]]) -> None:
    spans, tap = use(TRACING_ENABLED="false")

    assert spans == []
    assert tap.connections() == 0


def test_ratio_of_zero_keeps_no_trace(use: Callable[..., tuple[list[Span], Wiretap]]) -> None:
    spans, tap = use(TRACING_RATIO="0.0")

    assert spans == []
    assert tap.spans() == []


def _service(span: Span) -> str:
    return span.resource["service.name"][1]
