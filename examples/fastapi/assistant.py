"""The service that people call: answers questions with an agent, SQL, Redis and a second service."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from opentelemetry import trace
from opentelemetry.trace import Link, SpanKind
from pydantic import BaseModel

import tracing
from agent import Agent
from llm import Model, RateLimited
from store import Store, make_cache, make_engine

provider = tracing.setup("assistant")
tracer = trace.get_tracer("assistant.api", "1.0.0")
engine = make_engine()
store = Store(engine, make_cache())
agent = Agent(store, Model())


@asynccontextmanager
async def lifespan(_: FastAPI):
    store.fill()
    yield
    if provider is not None:
        provider.shutdown()


app = FastAPI(title="assistant", lifespan=lifespan)
tracing.instrument(app, engine)


class Question(BaseModel):
    text: str


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ask")
def ask(question: Question) -> dict[str, str | bool]:
    answer = store.cached_answer(question.text)
    cached = answer is not None
    trace.get_current_span().set_attribute("assistant.cached", cached)
    if answer is None:
        try:
            answer = agent.answer(question.text)
        except RateLimited as error:
            raise HTTPException(503, str(error)) from error
        store.keep_answer(question.text, answer)
    return {"answer": answer, "cached": cached}


@app.post("/digest")
def digest() -> dict[str, list[str]]:
    """Sums up the recent answers; the span links to the traces that they came from."""
    recent = store.recent()
    links = [Link(context, {"digest.position": n}) for n, (_, context) in enumerate(recent)]
    with tracer.start_as_current_span("digest", kind=SpanKind.PRODUCER, links=links):
        return {"questions": [question for question, _ in recent]}
