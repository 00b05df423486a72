"""Spans in over HTTP, out to files and to another Spanhold, with the books balanced at the end."""

import unittest

from harness import JSON_HEADERS, DaemonTest, json_request, names_in_jsonl

TELEMETRY = """
  telemetry:
    metrics:
      readers:
        - pull: {exporter: {prometheus: {host: localhost, port: 0}}}
"""

TO_FILE = (
    """
receivers:
  otlp:
    protocols:
      http: {endpoint: "localhost:0"}
processors:
  batch: {timeout: 50ms}
exporters:
  file: {path: $DIR/traces.jsonl}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [file]}
"""
    + TELEMETRY
)


class DeliveryTest(DaemonTest):
    def post(self, daemon, names):
        return daemon.request(
            "POST",
            daemon.port("otlp.*http"),
            "/v1/traces",
            json_request(names),
            JSON_HEADERS,
        )

    def test_what_was_acknowledged_is_in_the_file_after_sigterm(self):
        daemon = self.start(TO_FILE)
        daemon.wait_until_ready()
        sent = [f"span-{i}" for i in range(100)]

        for name in sent:
            status, body, headers = self.post(daemon, [name])
            self.assertEqual(status, 200)
            self.assertEqual(headers["Content-Type"], "application/json")
            self.assertIn(body, (b"{}", b'{"partialSuccess":{}}'))

        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(sorted(names_in_jsonl(daemon.path("traces.jsonl"))), sorted(sent))

    def test_status_balances_and_metrics_count(self):
        daemon = self.start(TO_FILE)
        daemon.wait_until_ready()
        self.post(daemon, ["a", "b", "c"])
        port = daemon.port("metrics")

        def lane_sent():
            _, page = daemon.get(port, "/metrics")
            return (
                'otelcol_exporter_sent_spans{exporter="file",pipeline="traces"} 3' in page,
                page,
            )

        sent, page = lane_sent()
        while not sent and daemon.process.poll() is None:
            sent, page = lane_sent()

        self.assertIn('otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 3', page)
        code, table = self.run_to_end("status", "--address", f"localhost:{port}")
        self.assertEqual(code, 0)
        self.assert_balanced(table)
        self.assertEqual(daemon.stop(), 0)

    def test_malformed_requests_do_no_harm_to_others(self):
        daemon = self.start(TO_FILE)
        daemon.wait_until_ready()
        port = daemon.port("otlp.*http")

        status, body, headers = daemon.request(
            "POST", port, "/v1/traces", b'{"resourceSpans": 7}', JSON_HEADERS
        )
        self.assertEqual(status, 400)
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertIn(b'"message"', body)
        self.assertEqual(self.post(daemon, ["good"])[0], 200)

        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(names_in_jsonl(daemon.path("traces.jsonl")), ["good"])

    def test_two_pipelines_get_the_same_spans(self):
        daemon = self.start(
            """
receivers:
  otlp:
    protocols:
      http: {endpoint: "localhost:0"}
processors:
  probabilistic_sampler: {sampling_percentage: 0}
exporters:
  file/all: {path: $DIR/all.jsonl}
  file/sampled: {path: $DIR/sampled.jsonl}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [file/all]}
    traces/sampled: {receivers: [otlp], processors: [probabilistic_sampler], exporters: [file/sampled]}
"""
            + TELEMETRY
        )
        daemon.wait_until_ready()
        self.post(daemon, ["a", "b"])

        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(names_in_jsonl(daemon.path("all.jsonl")), ["a", "b"])
        self.assertEqual(names_in_jsonl(daemon.path("sampled.jsonl")), [])

    def test_one_spanhold_sends_to_another(self):
        behind = self.start(
            TO_FILE.replace(
                "      http:", '      grpc: {endpoint: "localhost:0"}\n      http:'
            )
        )
        behind.wait_until_ready()
        for exporter, port in (
            ("otlp_http", behind.port("otlp.*http")),
            ("otlp_grpc", behind.port("otlp.*grpc")),
        ):
            endpoint = f"http://localhost:{port}" if exporter == "otlp_http" else f"localhost:{port}"
            front = self.start(
                f"""
receivers:
  otlp:
    protocols:
      http: {{endpoint: "localhost:0"}}
exporters:
  {exporter}:
    endpoint: {endpoint}
    tls: {{insecure: true}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [{exporter}]}}
"""
                + TELEMETRY
            )
            front.wait_until_ready()
            self.assertEqual(self.post(front, [f"through-{exporter}"])[0], 200)
            self.assertEqual(front.stop(), 0)

        self.assertEqual(behind.stop(), 0)
        self.assertEqual(
            sorted(names_in_jsonl(behind.path("traces.jsonl"))),
            ["through-otlp_grpc", "through-otlp_http"],
        )


if __name__ == "__main__":
    unittest.main()
