"""Starting, stopping and everything that keeps the daemon from starting."""

import signal
import socket
import unittest

from harness import JSON_HEADERS, DaemonTest, json_request
from test_delivery import TELEMETRY, TO_FILE

DEAD_BACKEND = (
    """
receivers:
  otlp:
    protocols:
      http: {endpoint: "localhost:0"}
exporters:
  otlp_grpc:
    endpoint: localhost:1
    tls: {insecure: true}
extensions:
  health_check: {endpoint: "localhost:0"}
service:
  extensions: [health_check]
  shutdown_timeout: 200ms
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
"""
    + TELEMETRY
)


class LifeCycleTest(DaemonTest):
    def test_says_where_it_listens_and_where_spans_go(self):
        daemon = self.start(TO_FILE)
        daemon.wait_until_ready()

        log = "\n".join(daemon.lines)
        self.assertRegex(log, r"otlp.*listening")
        self.assertIn("traces.jsonl", log)
        self.assertEqual(daemon.stop(), 0)

    def test_a_port_in_use_is_one_line_and_exit_code_1(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            daemon = self.start(TO_FILE.replace("localhost:0", f"127.0.0.1:{port}", 1))

            self.assertEqual(daemon.wait(), 1)

        errors = [line for line in daemon.lines if " error " in line]
        self.assertEqual(len(errors), 1, daemon.lines)
        self.assertIn(str(port), errors[0])
        self.assertIn("in use", errors[0])

    def test_an_unwritable_directory_is_one_line_and_exit_code_1(self):
        daemon = self.start(TO_FILE.replace("$DIR/traces.jsonl", "/proc/none/traces.jsonl"))

        self.assertEqual(daemon.wait(), 1)

        errors = [line for line in daemon.lines if " error " in line]
        self.assertEqual(len(errors), 1, daemon.lines)
        self.assertIn("/proc/none", errors[0])

    def test_health_is_503_while_shutting_down_and_what_is_left_is_counted(self):
        daemon = self.start(DEAD_BACKEND.replace("200ms", "5s"))
        daemon.wait_until_ready()
        health = daemon.port("health_check")
        self.assertEqual(daemon.get(health, "/")[0], 200)
        status, _, _ = daemon.request(
            "POST",
            daemon.port("otlp.*http"),
            "/v1/traces",
            json_request(["lost"]),
            JSON_HEADERS,
        )
        self.assertEqual(status, 200)

        daemon.signal()
        daemon.wait_for_line("shutting down")
        self.assertEqual(daemon.get(health, "/")[0], 503)

        self.assertEqual(daemon.wait(), 0)
        self.assertRegex("\n".join(daemon.lines), r"(?i)dropped.*spans=1")

    def test_a_second_signal_ends_it_at_once(self):
        daemon = self.start(DEAD_BACKEND.replace("200ms", "1h"))
        daemon.wait_until_ready()
        daemon.request(
            "POST",
            daemon.port("otlp.*http"),
            "/v1/traces",
            json_request(["held"]),
            JSON_HEADERS,
        )
        daemon.signal()
        daemon.wait_for_line("shutting down")

        daemon.signal()

        self.assertEqual(daemon.wait(), -signal.SIGTERM)

    def test_sighup_changes_nothing(self):
        daemon = self.start(TO_FILE)
        daemon.wait_until_ready()

        daemon.signal(signal.SIGHUP)

        daemon.wait_for_line("SIGHUP")
        self.assertEqual(daemon.stop(), 0)


class CommandTest(DaemonTest):
    def test_validate_accepts_and_refuses(self):
        good = self.start(TO_FILE)
        self.assertEqual(self.run_to_end("validate", "--config", good.config_path)[0], 0)

        code, output = self.run_to_end(
            "validate", "--config", good.config_path, "--set", "processors.batch.timout=1s"
        )

        self.assertEqual(code, 2)
        self.assertIn("processors.batch.timout", output)
        self.assertIn('"timeout"', output)

    def test_wrong_usage_is_exit_code_2(self):
        self.assertEqual(self.run_to_end("--no-such-option")[0], 2)
        self.assertEqual(self.run_to_end("run", "--config", "/no/such/file.yaml")[0], 2)

    def test_help_and_version(self):
        code, output = self.run_to_end("--help")
        self.assertEqual(code, 0)
        self.assertIn("SPANHOLD_OTLP_ENDPOINT", output)
        self.assertEqual(self.run_to_end("version")[0], 0)

    def test_print_config_shows_the_environments_configuration(self):
        code, output = self.run_to_end(
            "print-config",
            environment={"JAEGER_ENDPOINT": "http://jaeger:14268/api/traces"},
        )

        self.assertEqual(code, 0)
        self.assertIn("http://jaeger:14268/api/traces", output)

    def test_status_without_a_daemon_says_so(self):
        code, output = self.run_to_end("status", "--address", "localhost:1")

        self.assertEqual(code, 1)
        self.assertIn("localhost:1", output)


if __name__ == "__main__":
    unittest.main()
