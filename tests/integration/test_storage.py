"""An exporter's queue on disk: it outlives the daemon and holds back nobody."""

import json
import os
import shutil
import signal
import tempfile
import unittest

from backend import Backend
from harness import DaemonTest

CONFIG = """
receivers:
  otlp:
    protocols:
      http: {endpoint: "localhost:0"}
processors:
  batch: {timeout: 20ms}
exporters:
  otlp_http/healthy:
    endpoint: http://localhost:$HEALTHY
    encoding: json
    compression: none
  otlp_http/stored:
    endpoint: http://localhost:$STORED
    encoding: json
    compression: none
    retry_on_failure: {initial_interval: 50ms, max_interval: 100ms}
    sending_queue: {storage: file_storage, num_consumers: 2}
extensions:
  file_storage: {directory: $STORAGE, create_directory: true}
  health_check: {endpoint: "localhost:0"}
service:
  extensions: [file_storage, health_check]
  shutdown_timeout: 1s
  queue: {size: 100}
$MORE
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlp_http/healthy, otlp_http/stored]
  telemetry:
    metrics:
      readers:
        - pull: {exporter: {prometheus: {host: localhost, port: 0}}}
"""
LANE = "traces > otlp_http/stored"


class StorageTest(DaemonTest):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="spanhold-")
        self.addCleanup(shutil.rmtree, self.scratch)
        self.storage = os.path.join(self.scratch, "storage")
        self.log = os.path.join(self.storage, "exporter_otlp_http~002Fstored")
        self.healthy = self.backend(True)
        self.stored = self.backend(False)

    def backend(self, there):
        backend = Backend(there)
        self.addCleanup(backend.close)
        return backend

    def start_daemon(self, more=""):
        config = CONFIG.replace("$HEALTHY", str(self.healthy.port))
        config = config.replace("$STORED", str(self.stored.port))
        config = config.replace("$STORAGE", self.storage).replace("$MORE", more)
        daemon = self.start(config)
        daemon.wait_until_ready()
        return daemon

    def held(self, daemon):
        """Spans that the stored exporter holds, as the status page says."""
        row = next(line for line in self.status(daemon).splitlines() if line.startswith(LANE))
        return int(row.split()[-2])

    def arrives_after_kill(self, more=""):
        """All that was acknowledged, at both backends; returns it."""
        daemon = self.start_daemon(more)
        sent = self.post_many(daemon, "before", 100)
        self.healthy.wait_for(sent)
        self.wait_until(lambda: self.held(daemon) == len(sent))
        self.assert_balanced(self.status(daemon))
        daemon.signal(signal.SIGKILL)
        daemon.wait()

        daemon = self.start_daemon(more)
        self.wait_until(lambda: self.held(daemon) >= len(sent))
        self.stored.there = True
        sent += self.post_many(daemon, "after", 5)

        self.stored.wait_for(sent)
        self.healthy.wait_for(sent)
        self.wait_until(lambda: self.held(daemon) == 0)
        self.assert_balanced(self.status(daemon))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(os.listdir(self.log), ["lock"])
        return sent

    def test_what_was_stored_arrives_after_kill(self):
        sent = self.arrives_after_kill()

        self.assertEqual(len(self.stored.names), len(sent), "delivered twice")
        self.assertEqual(len(self.healthy.names), len(sent), "delivered twice")

    def test_what_was_stored_arrives_after_kill_with_a_journal_too(self):
        # What was in flight at the kill, to a backend or to the storage, may come twice.
        self.arrives_after_kill(f"  journal: {{directory: {self.scratch}/journal}}\n")

    def test_what_is_left_at_shutdown_is_kept_and_can_be_looked_into(self):
        daemon = self.start_daemon()
        sent = self.post_many(daemon, "span", 20)
        self.healthy.wait_for(sent)

        self.assertEqual(daemon.stop(), 0)

        daemon.wait_for_line(rf"{LANE}: what became.* sent=0 .* dropped=0 kept=100 held=0")
        code, output = self.run_to_end("journal", "verify", self.log)
        self.assertEqual(code, 0, output)
        self.assertIn("100 of them not delivered", output)
        code, output = self.run_to_end("journal", "inspect", self.log)
        self.assertRegex(output, rf"(?m)^\S+\.seg: \d+ bytes, for {LANE}$")
        self.stored.there = True
        daemon = self.start_daemon()
        self.stored.wait_for(sent)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(self.stored.names), len(sent))

    def test_a_full_queue_drops_where_it_may_not_block(self):
        daemon = self.start_daemon()
        self.assertEqual(daemon.stop(), 0)
        config = CONFIG.replace("num_consumers: 2", "queue_size: 2, block_on_overflow: false")
        config = config.replace("$HEALTHY", str(self.healthy.port)).replace("$MORE", "")
        config = config.replace("$STORED", str(self.stored.port)).replace("$STORAGE", self.storage)
        daemon = self.start(config)
        daemon.wait_until_ready()

        for request in range(20):
            names = [f"span-{request}-{span}" for span in range(5)]
            self.assertEqual(self.post(daemon, names), 200)
            self.healthy.wait_for(names)

        daemon.wait_for_line("otlp_http/stored: spans dropped: the storage is full")
        self.assert_balanced(self.status(daemon))

    def test_a_directory_that_cannot_be_used_holds_back_the_clients_and_heals(self):
        with open(self.storage, "w", encoding="utf-8") as file:
            file.write("no directory")
        daemon = self.start_daemon()
        health = daemon.port("health_check")

        self.wait_until(lambda: daemon.get(health, "/")[0] == 503)
        self.assertIn("storage of otlp_http/stored", json.loads(daemon.get(health, "/")[1])["reason"])
        self.assertIn("storage of otlp_http/stored: fails for", self.status(daemon))

        os.remove(self.storage)
        self.wait_until(lambda: daemon.get(health, "/")[0] == 200)
        self.stored.there = True
        self.wait_until(lambda: self.post(daemon, ["span"]) == 200)
        self.stored.wait_for(["span"])


if __name__ == "__main__":
    unittest.main()
