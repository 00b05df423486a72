"""A call of a language model, traced by hand with the gen_ai.* attributes.

The model itself is a stand-in that needs no network: put a real client into Model.complete().
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

tracer = trace.get_tracer("assistant.llm", "1.0.0", attributes={"gen_ai.stand_in": True})

MAX_TRIES = 3


class RateLimited(Exception):
    """The model has no room for this call now."""


@dataclass(frozen=True)
class Completion:
    id: str
    text: str
    input_tokens: int
    output_tokens: int


class Model:
    name = "parrot-small"

    def complete(self, prompt: str, attempt: int) -> Completion:
        """Answers; a prompt with "busy" in it is refused once, one with "overloaded" always."""
        if "overloaded" in prompt or ("busy" in prompt and attempt == 1):
            raise RateLimited(f"{self.name}: too many requests")
        text = f"You said: {prompt}"
        digest = hashlib.sha256(prompt.encode()).hexdigest()
        return Completion(f"cmpl-{digest[:12]}", text, len(prompt.split()), len(text.split()))


def chat(model: Model, prompt: str) -> str:
    """Asks the model, again when it is rate limited. Each try is a span of its own."""
    for attempt in range(1, MAX_TRIES + 1):
        try:
            return _chat_once(model, prompt, attempt)
        except RateLimited:
            if attempt == MAX_TRIES:
                raise
    raise AssertionError("unreachable")


def _chat_once(model: Model, prompt: str, attempt: int) -> str:
    with tracer.start_as_current_span(
        f"chat {model.name}",
        kind=SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "parrot",
            "gen_ai.request.model": model.name,
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.max_tokens": 256,
            "gen_ai.request.stop_sequences": ["\n\n", "END"],
            "llm.attempt": attempt,
        },
    ) as span:
        # An exception that leaves this block is recorded as an event and makes the status ERROR.
        span.add_event("gen_ai.user.message", {"content": prompt})
        completion = model.complete(prompt, attempt)
        span.add_event(
            "gen_ai.choice", {"index": 0, "finish_reason": "stop", "content": completion.text}
        )
        span.set_attributes(
            {
                "gen_ai.response.id": completion.id,
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.usage.input_tokens": completion.input_tokens,
                "gen_ai.usage.output_tokens": completion.output_tokens,
            }
        )
        span.set_status(Status(StatusCode.OK))
        return completion.text
