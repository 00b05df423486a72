"""The second service: knows what things cost. Its spans join the caller's trace."""

from __future__ import annotations

from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from opentelemetry import trace

import tracing

PRICES = {"tea": 4.25, "kettle": 29.9}

provider = tracing.setup("prices")


@asynccontextmanager
async def lifespan(_: FastAPI):
    yield
    if provider is not None:
        provider.shutdown()


app = FastAPI(title="prices", lifespan=lifespan)
tracing.instrument(app)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/prices/{item}")
def price(item: str) -> dict[str, str | float]:
    if item not in PRICES:
        raise HTTPException(404, f"no price for {item}")
    trace.get_current_span().set_attribute("prices.amount", PRICES[item])
    return {"item": item, "price": PRICES[item]}
