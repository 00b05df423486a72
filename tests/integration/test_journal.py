"""The journal: what was acknowledged arrives, whatever happens to the daemon, its backend and its disk."""

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
  otlp_http:
    endpoint: http://localhost:$PORT
    encoding: json
    compression: none
    sending_queue: {queue_size: 2}
    retry_on_failure: {initial_interval: 20ms, max_interval: 50ms}
extensions:
  health_check: {endpoint: "localhost:0"}
service:
  extensions: [health_check]
  shutdown_timeout: 1s
  queue: {size: 100}
  journal:
    directory: $JOURNAL
    segment_size: 64KiB
$MORE
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlp_http]}
  telemetry:
    metrics:
      readers:
        - pull: {exporter: {prometheus: {host: localhost, port: 0}}}
"""


class JournalTest(DaemonTest):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="spanhold-")
        self.addCleanup(shutil.rmtree, self.scratch)
        self.journal = os.path.join(self.scratch, "journal")

    def backend(self, there=True):
        backend = Backend(there)
        self.addCleanup(backend.close)
        return backend

    def start_with(self, backend, more=""):
        config = CONFIG.replace("$PORT", str(backend.port)).replace("$JOURNAL", self.journal)
        daemon = self.start(config.replace("$MORE", more))
        daemon.wait_until_ready()
        return daemon

    def segments(self):
        return [name for name in os.listdir(self.journal) if name.endswith(".seg")]

    def test_what_was_acknowledged_arrives_after_kill(self):
        backend = self.backend(there=False)
        daemon = self.start_with(backend)
        sent = self.post_many(daemon, "before", 50)
        daemon.signal(signal.SIGKILL)
        daemon.wait()

        backend.there = True
        daemon = self.start_with(backend)
        sent += self.post_many(daemon, "after", 5)

        backend.wait_for(sent)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(backend.names), len(sent), "delivered twice")
        self.assertEqual(os.listdir(self.journal), ["lock"])

    def test_what_was_left_at_shutdown_is_kept_and_not_dropped(self):
        backend = self.backend(there=False)
        daemon = self.start_with(backend)
        sent = self.post_many(daemon, "span", 3)

        self.assertEqual(daemon.stop(), 0)
        daemon.wait_for_line("otlp_http: kept in the journal for the next start")
        daemon.wait_for_line(r"traces > otlp_http: what became.* dropped=0 kept=15 held=0")

        backend.there = True
        daemon = self.start_with(backend)
        backend.wait_for(sent)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(backend.names), len(sent))

    def test_a_backend_that_is_away_fills_the_disk_and_clients_notice_nothing(self):
        backend = self.backend(there=False)
        daemon = self.start_with(backend)
        sent = self.post_many(daemon, "span", 300)  # 1500 spans, and the queue holds 100

        self.assertGreater(len(self.segments()), 1)
        self.assertRegex(self.status(daemon), r"on disk only [1-9]\d* .* difference 0")

        backend.there = True
        backend.wait_for(sent)
        self.wait_until(lambda: len(self.segments()) <= 1)
        self.assert_balanced(self.status(daemon))
        self.assertRegex(self.status(daemon), "on disk only 0 .* difference 0")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(backend.names), len(sent))

    def test_past_max_size_clients_are_told_to_retry(self):
        backend = self.backend(there=False)
        daemon = self.start_with(backend, "    max_size: 128KiB\n")

        answers = [self.post(daemon, [f"span-{i}" for i in range(50)]) for i in range(80)]

        self.assertEqual(answers[0], 200)
        self.assertEqual(answers[-1], 503)
        daemon.wait_for_line("journal: is full")
        backend.there = True
        self.wait_until(lambda: self.post(daemon, ["again"]) == 200)

    def test_a_second_daemon_is_refused_and_takes_over_when_the_first_ends(self):
        backend = self.backend()
        first = self.start_with(backend)
        self.assertEqual(self.post(first, ["one"]), 200)
        second = self.start_with(backend)

        self.assertEqual(self.post(second, ["two"]), 503)
        code, body = second.get(second.port("health_check"), "/")
        self.assertEqual(code, 503)
        self.assertIn("in use by another process", json.loads(body)["reason"])
        self.assertIn("in use by another process", self.status(second))

        self.assertEqual(first.stop(), 0)
        self.wait_until(lambda: self.post(second, ["three"]) == 200)
        self.assertEqual(second.get(second.port("health_check"), "/")[0], 200)
        backend.wait_for(["one", "three"])

    def test_goes_on_without_a_journal_where_it_may(self):
        with open(self.journal, "w", encoding="utf-8") as file:
            file.write("no directory")
        backend = self.backend()
        daemon = self.start_with(backend, "    on_error: continue\n")

        self.assertEqual(self.post(daemon, ["span"]), 200)

        backend.wait_for(["span"])
        daemon.wait_for_line("journal: takes requests without keeping them")
        page = daemon.get(daemon.port("metrics"), "/metrics")[1]
        self.assertIn("spanhold_journal_bypassed_requests 1\n", page)

    def test_an_exporter_that_is_gone_does_not_hold_the_journal(self):
        backend = self.backend(there=False)
        daemon = self.start_with(backend)
        self.post_many(daemon, "span", 3)
        self.assertEqual(daemon.stop(), 0)
        config = CONFIG.replace("$PORT", str(backend.port)).replace("$JOURNAL", self.journal)
        config = config.replace("$MORE", "").replace("otlp_http", "otlp_http/new")

        daemon = self.start(config)

        daemon.wait_for_line("kept for an exporter that the configuration has no more.*otlp_http")
        self.wait_until(lambda: not self.segments())


if __name__ == "__main__":
    unittest.main()
