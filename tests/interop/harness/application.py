"""The two services of examples/fastapi, and people who use them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

from . import toolbox
from .model import Span, read_lines
from .ports import free_port
from .process import Process, start_retrying

SERVE = toolbox.INTEROP / "senders" / "python" / "serve.py"

QUESTIONS = (
    "What do you know of tea and the kettle?",  # all tools work
    "What do you know of tea and the kettle?",  # from the cache
    "busy: a unicorn?",  # the model refuses once; the tools find nothing
    "overloaded",  # the model refuses for good: 503
)


class Service:
    """One uvicorn with one of the services in it."""

    def __init__(self, process: Process, port: int, record: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.record = record

    @classmethod
    def start(cls, module: str, directory: Path, env: dict[str, str]) -> Service:
        return start_retrying(lambda: cls._start(module, directory, env))

    @classmethod
    def _start(cls, module: str, directory: Path, env: dict[str, str]) -> Service:
        port = free_port()
        record = directory / f"{module}.jsonl"
        command = [toolbox.python(), SERVE, module, str(port), record]
        process = Process(
            command, directory / f"{module}.log", env | {"PYTHONDONTWRITEBYTECODE": "1"}
        )
        service = cls(process, port, record)
        process.wait_ready(module, lambda: service.get("/healthz") == 200)
        return service

    def get(self, path: str) -> int | None:
        return self._call(urllib.request.Request(self.url + path))

    def post(self, path: str, body: dict | None = None) -> int | None:
        data = json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        return self._call(urllib.request.Request(self.url + path, data=data, headers=headers))

    def spans(self) -> list[Span]:
        return read_lines(self.record) if self.record.exists() else []

    @staticmethod
    def _call(request: urllib.request.Request) -> int | None:
        """The status of the answer; none when nobody listens."""
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None


def use(directory: Path, redis_url: str, tracing: dict[str, str]) -> list[Span]:
    """Runs both services with the environment `tracing`, asks all questions, ends them, answers what they recorded."""
    prices = Service.start("prices", directory, tracing)
    assistant = None
    try:
        env = tracing | {"REDIS_URL": redis_url, "PRICES_URL": prices.url}
        assistant = Service.start("assistant", directory, env)
        statuses = [assistant.post("/ask", {"text": question}) for question in QUESTIONS]
        assert statuses == [200, 200, 200, 503], assistant.process.output()
        assert assistant.post("/digest") == 200, assistant.process.output()
        assert assistant.get("/healthz") == 200
        # A polite end exports what is still in the SDK's queue.
        assert assistant.process.stop() in ENDED_BY_SIGTERM, assistant.process.output()
        assert prices.process.stop() in ENDED_BY_SIGTERM, prices.process.output()
    finally:
        for service in (assistant, prices):
            if service is not None:
                service.process.kill()
    return assistant.spans() + prices.spans()


# uvicorn raises the signal again once it has shut down.
ENDED_BY_SIGTERM = (0, -15)
