"""Certificates for localhost, made with the openssl command."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

from .waiting import Skipped


class Certificates:
    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            raise Skipped("no openssl command here, which makes the certificates")
        self._folder = folder
        self._make("good")
        self.authority = folder / "good.pem"  # signs itself

    def good(self) -> ssl.SSLContext:
        return self._server("good")

    def unknown(self) -> ssl.SSLContext:
        """Made like the good one, and trusted by nobody."""
        self._make("unknown")
        return self._server("unknown")

    def _server(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.load_cert_chain(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        return context

    def _make(self, name: str) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost"]
        command += ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True)
