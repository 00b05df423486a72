"""Runs one service of examples/fastapi as it is, with a recorder beside its exporter.

Usage: serve.py MODULE PORT RECORD    (the application's own settings come from the environment, as for any user)
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import uvicorn

from recorder import Recorder

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "fastapi"


def main() -> None:
    module_name, port, record = sys.argv[1:]
    sys.path.insert(0, str(EXAMPLE))
    module = importlib.import_module(module_name)
    if module.provider is not None:
        module.provider.add_span_processor(Recorder(Path(record)))
    uvicorn.run(module.app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
