"""An agent with nested steps: plan, use tools, write the answer. Each step is a span."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import requests
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from llm import Model, chat
from store import ARTICLES, Store

tracer = trace.get_tracer("assistant.agent", "1.0.0")


@dataclass(frozen=True)
class Step:
    tool: str
    topic: str


class Agent:
    name = "shop-assistant"

    def __init__(self, store: Store, model: Model, prices_url: str | None = None) -> None:
        self._store = store
        self._model = model
        self._prices_url = prices_url or os.environ.get("PRICES_URL", "http://localhost:8001")
        self._tools: dict[str, Callable[[str], str]] = {
            "read_article": self._read_article,
            "get_price": self._get_price,
        }

    def answer(self, question: str) -> str:
        with tracer.start_as_current_span(
            f"invoke_agent {self.name}",
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": self.name,
                "gen_ai.agent.tools": sorted(self._tools),
            },
        ) as span:
            steps = self._plan(question)
            span.add_event("planned", {"steps": [step.tool for step in steps], "count": len(steps)})
            found = [self._use_tool(number, step) for number, step in enumerate(steps)]
            answer = chat(self._model, " ".join([question, *found]))
            # Arrays of each type, since a backend that keeps strings may still lose numbers.
            span.set_attribute("agent.steps.ok", [text != "" for text in found])
            span.set_attribute("agent.steps.length", [len(text) for text in found])
            span.set_attribute("agent.steps.share", [len(text) / len(answer) for text in found])
            span.set_status(Status(StatusCode.OK))
            return answer

    def _plan(self, question: str) -> list[Step]:
        with tracer.start_as_current_span("plan"):
            chat(self._model, f"Which tools for: {question}")
            topics = [topic for topic in [*ARTICLES, "unicorn"] if topic in question.lower()]
            return [Step(tool, topic) for topic in topics for tool in self._tools]

    def _use_tool(self, number: int, step: Step) -> str:
        """Runs one step. A tool that fails is a finding, not the end of the answer."""
        with tracer.start_as_current_span(
            f"execute_tool {step.tool}",
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": step.tool,
                "gen_ai.tool.call.id": f"call-{number}",
            },
        ) as span:
            try:
                return self._tools[step.tool](step.topic)
            except (LookupError, requests.RequestException) as error:
                span.record_exception(error, attributes={"agent.topic": step.topic})
                span.set_status(Status(StatusCode.ERROR, str(error)))
                return ""

    def _read_article(self, topic: str) -> str:
        text = self._store.article(topic)
        if text is None:
            raise LookupError(f"no article on {topic}")
        return text

    def _get_price(self, topic: str) -> str:
        # The instrumentation of `requests` puts the trace context into the headers.
        reply = requests.get(f"{self._prices_url}/prices/{topic}", timeout=5)
        reply.raise_for_status()
        return f"It costs {reply.json()['price']:.2f}."
