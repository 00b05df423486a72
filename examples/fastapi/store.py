"""What the assistant remembers: articles in SQL, answers and recent traces in Redis."""

from __future__ import annotations

import json
import os

import redis
from opentelemetry import trace
from opentelemetry.trace import SpanContext, TraceFlags
from sqlalchemy import Engine, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

ARTICLES = {
    "tea": "Green tea wants water of 80 °C, black tea boils. ☕",
    "kettle": "The kettle holds 1.7 litres and switches itself off.",
}


class Base(DeclarativeBase):
    pass


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), unique=True)
    text: Mapped[str] = mapped_column(String(400))


def make_engine(url: str | None = None) -> Engine:
    url = url or os.environ.get("DATABASE_URL", "sqlite://")
    if url == "sqlite://":
        # One connection for all threads: each connection to ":memory:" is a database of its own.
        return create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    return create_engine(url)


class Store:
    def __init__(self, engine: Engine, cache: redis.Redis) -> None:
        self._engine = engine
        self._cache = cache

    def fill(self) -> None:
        """Creates the table and its articles where they are missing."""
        Base.metadata.create_all(self._engine)
        with Session(self._engine) as session:
            known = set(session.scalars(select(Article.topic)))
            session.add_all(
                Article(topic=topic, text=text)
                for topic, text in ARTICLES.items()
                if topic not in known
            )
            session.commit()

    def article(self, topic: str) -> str | None:
        with Session(self._engine) as session:
            return session.scalar(select(Article.text).where(Article.topic == topic))

    def cached_answer(self, question: str) -> str | None:
        return self._cache.get(f"answer:{question}")

    def keep_answer(self, question: str, answer: str) -> None:
        """Keeps the answer, and the trace that found it, so that a digest can link to it."""
        context = trace.get_current_span().get_span_context()
        seen = {
            "question": question,
            "trace": f"{context.trace_id:032x}",
            "span": f"{context.span_id:016x}",
        }
        with self._cache.pipeline() as pipe:
            pipe.set(f"answer:{question}", answer, ex=3600)
            pipe.lpush("recent", json.dumps(seen))
            pipe.ltrim("recent", 0, 9)
            pipe.execute()

    def recent(self) -> list[tuple[str, SpanContext]]:
        return [
            (seen["question"], _span_context(seen))
            for seen in map(json.loads, self._cache.lrange("recent", 0, -1))
        ]


def make_cache(url: str | None = None) -> redis.Redis:
    url = url or os.environ.get("REDIS_URL", "redis://localhost:6379/0")
    return redis.Redis.from_url(url, decode_responses=True)


def _span_context(seen: dict[str, str]) -> SpanContext:
    return SpanContext(
        trace_id=int(seen["trace"], 16),
        span_id=int(seen["span"], 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
