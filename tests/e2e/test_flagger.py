#!/usr/bin/env python3
"""Flagger's Canary under real HTTP load through HAProxy: a good version is promoted without a lost request after a webhook confirmed it, a bad one
is found out by checks of a real Prometheus' metrics and rolled back by itself; requests with a header go to the target in A/B testing."""
import http.client
import http.server
import json
import os
import sys
import threading
import unittest

import korch
from load import Load, share
from prometheus import Prometheus

REQUESTS = int(os.environ.get("KORCH_TEST_REQUESTS", "10000"))  # of each run
MANIFESTS = """
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: {name: errors}
spec:
  provider: {type: prometheus, address: "%(prometheus)s"}
  query: |
    100 * sum(rate(app_requests_total{hash="{{ revision }}",code="500"}[{{ interval }}])) / sum(rate(app_requests_total{hash="{{ revision }}"}[{{ interval }}]))
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  service: {port: 80, targetPort: 8080}
  metricsServer: "%(prometheus)s"
  analysis: %(analysis)s
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 10
      containers:
      - name: web
        image: python:3
        command: [python3, %(app)s]
        env:
        - {name: VERSION, value: "%(version)s"}
        - {name: ERRORS, value: "%(errors)s"}
        - {name: TARGETS, value: "%(targets)s"}
        - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: HASH, valueFrom: {fieldRef: {fieldPath: "metadata.labels['pod-template-hash']"}}}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
        lifecycle: {preStop: {sleep: {seconds: 2}}}
"""
BUILT_IN = "interval: 10s, threshold: 2, metrics: [{name: request-success-rate, thresholdRange: {min: 98}, interval: 10s}]"
CHECKED = "interval: 10s, threshold: 2, metrics: [{name: errors, templateRef: {name: errors}, thresholdRange: {max: 2}, interval: 10s}]"


class Gate:
    """A webhook: says no until it is opened; notes what it was sent."""

    def __init__(self):
        self.is_open, self.calls = False, []
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                gate.calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200 if gate.is_open else 403)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/gate"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Canaries(korch.Case):
    def setUp(self):
        super().setUp()
        self.prometheus = Prometheus(self.folder / "prometheus")
        self.addCleanup(self.prometheus.__exit__)
        self.prometheus.__enter__()

    def apply(self, analysis, version, errors=0):
        return self.write("web.yaml", MANIFESTS % {
            "analysis": analysis, "version": version, "errors": errors, "targets": self.prometheus.targets, "prometheus": self.prometheus.url,
            "app": korch.SOURCE / "tests" / "e2e" / "rollout_app.py"})

    def start(self, analysis):
        """korch with v1, and load on its Service."""
        path = self.apply(analysis, "v1")
        up = korch.Korch(path, "--router", "haproxy", "--image", f"python:3={sys.executable}", state=self.state)
        self.addCleanup(up.__exit__)
        self.said(up, "Initialized:")
        load = Load(up.address("web"))
        self.addCleanup(load.stop)
        load.wait(50)
        return up, load

    def said(self, up, beginning, since=0):
        up.wait_event("Synced", since=since, message=lambda text: beginning in text)

    def finish(self, load):
        """As many requests as a run has; nothing of what was asked is lost."""
        if len(load.answers) < REQUESTS:
            load.wait(REQUESTS - len(load.answers))
        load.stop()
        self.assertEqual(load.failures, [])
        print(f"{self.id().split('.')[-1]}: {len(load.answers)} requests, {len(load.bad())} answered with an error, none lost", flush=True)

    def test_good(self):
        gate = Gate()
        self.addCleanup(gate.close)
        analysis = "{%s, stepWeights: [20, 50], webhooks: [{name: gate, type: confirm-promotion, url: \"%s\"}]}" % (CHECKED, gate.url)
        up, load = self.start(analysis)
        mark = up.mark()
        self.apply(analysis, "v2")
        for weight in (20, 50):
            self.said(up, f"Weight in force: {weight}", mark)
            answers = load.wait(1500)
            print(f"weight {weight}: {share(answers, 'v2'):.2f} % of {len(answers)} requests", flush=True)
            self.assertAlmostEqual(share(answers, "v2"), weight, delta=1)
        self.said(up, "WaitingPromotion:", mark)
        korch.wait_until(lambda: gate.calls, "the gate is asked")
        gate.is_open = True
        self.said(up, "Succeeded:", mark)
        load.wait(400)  # the last ones are asked after that
        self.finish(load)
        self.assertEqual(load.bad(), [])
        self.assertEqual({version for _, version in load.answers[-200:]}, {"v2"})
        self.assertEqual(gate.calls[0]["name"], "web")
        self.assertEqual(gate.calls[0]["phase"], "WaitingPromotion")
        self.assertEqual(gate.calls[0]["canaryWeight"], 50)

    def scrape_router(self, up):
        """HAProxy's own metrics are scraped, too."""
        routed = up.wait_event("TrafficRouted")["message"]
        path = self.prometheus.targets / "router"
        path.write_text(json.dumps([{"targets": [routed.split("http://")[1].split("/")[0]]}]))
        path.rename(path.with_suffix(".json"))

    def test_bad(self):
        analysis = "{%s, stepWeight: 20, maxWeight: 60}" % BUILT_IN
        up, load = self.start(analysis)
        self.scrape_router(up)
        mark = up.mark()
        self.apply(analysis, "v2", errors=0.05)
        up.wait_event("AnalysisRunCompleted", since=mark, message=lambda text: "Failed" in text and "Error" not in text)  # it was measured
        self.said(up, "Failed:", mark)
        korch.wait_until(lambda: share(load.wait(200), "v1") == 100, "only the old version answers")
        self.finish(load)
        self.assertEqual({version for _, version in load.bad()} - {"v2"}, set())

    def test_ab(self):
        analysis = "{interval: 10s, threshold: 2, iterations: 1, match: [{headers: {x-canary: {exact: insider}}}]}"
        up, load = self.start(analysis)
        mark = up.mark()
        self.apply(analysis, "v2")
        self.said(up, "New revision of web", mark)
        korch.wait_until(lambda: self.ask(up, {"X-Canary": "insider"}) == "v2", "the header leads to the target")
        self.assertEqual(share(load.wait(200), "v1"), 100)
        self.said(up, "Succeeded:", mark)
        load.wait(400)  # the last ones are asked after that
        self.finish(load)
        self.assertEqual(load.bad(), [])

    def ask(self, up, headers):
        connection = http.client.HTTPConnection(*up.address("web"), timeout=korch.PATIENCE)
        connection.request("GET", "/", headers=headers)
        version = connection.getresponse().headers["X-Version"]
        connection.close()
        return version


if __name__ == "__main__":
    unittest.main()
