"""A backend that is there or away."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import PATIENCE_SECONDS


class Backend:
    """Takes OTLP JSON, or is away: answers 503."""

    def __init__(self, there):
        self.there = there
        self.names = []
        self._arrived = threading.Condition()
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if backend.there:
                    backend.take(json.loads(body))
                self.send_response(200 if backend.there else 503)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a daemon that was killed resets its connections

        self._server = Server(("localhost", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def take(self, request):
        with self._arrived:
            for resource_spans in request["resourceSpans"]:
                for scope_spans in resource_spans["scopeSpans"]:
                    self.names += [span["name"] for span in scope_spans["spans"]]
            self._arrived.notify_all()

    def wait_for(self, names):
        """Returns when all of `names` have arrived."""
        wanted = set(names)
        with self._arrived:
            if not self._arrived.wait_for(lambda: wanted <= set(self.names), PATIENCE_SECONDS):
                missing = sorted(wanted - set(self.names))
                raise AssertionError(f"{len(missing)} spans did not arrive: {missing[:5]} ...")

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
