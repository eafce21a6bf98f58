#!/usr/bin/env python3
"""Rolling, blue-green and canary under real HTTP load: a good version replaces the old one without a lost request, a bad one is found out by
analysis of a real Prometheus' metrics and rolled back by itself."""
import os
import sys
import unittest

import korch
from load import Load, share
from prometheus import Prometheus

REQUESTS = int(os.environ.get("KORCH_TEST_REQUESTS", "10000"))  # of each run
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: %s}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---"""
TEMPLATES = """
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: errors}
spec:
  args: [{name: hash}]
  metrics:
  - name: errors
    interval: 1s
    initialDelay: 2s
    failureLimit: 1
    successCondition: len(result) == 0 || isNaN(result[0]) || result[0] < 0.02
    provider:
      prometheus:
        query: sum(rate(app_requests_total{hash="{{args.hash}}",code="500"}[10s])) / sum(rate(app_requests_total{hash="{{args.hash}}"}[10s]))
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: seconds}
spec:
  args: [{name: hash}, {name: stable}]
  metrics:
  - name: seconds
    interval: 1s
    initialDelay: 2s
    failureLimit: 1
    successCondition: len(result) == 0 || isNaN(result[0]) || result[0] < 1.1
    provider:
      prometheus:
        query: |
          (sum(rate(app_seconds_total{hash="{{args.hash}}"}[10s])) / sum(rate(app_requests_total{hash="{{args.hash}}"}[10s])))
          / (sum(rate(app_seconds_total{hash="{{args.stable}}"}[10s])) / sum(rate(app_requests_total{hash="{{args.stable}}"}[10s])))
---"""
ROLLOUT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 4
  strategy: %(strategy)s
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
        - {name: DELAY, value: "%(delay)s"}
        - {name: TARGETS, value: "%(targets)s"}
        - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: HASH, valueFrom: {fieldRef: {fieldPath: "metadata.labels['rollouts-pod-template-hash']"}}}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
        lifecycle: {preStop: {sleep: {seconds: 2}}}
"""
HASHES = "[{name: hash, valueFrom: {podTemplateHashValue: Latest}}]"
BOTH = "[{name: hash, valueFrom: {podTemplateHashValue: Latest}}, {name: stable, valueFrom: {podTemplateHashValue: Stable}}]"
ERRORS = "{templates: [{templateName: errors}], args: %s}" % HASHES
SECONDS = "{templates: [{templateName: seconds}], args: %s}" % BOTH
ROUTED = "stableService: web, canaryService: web-canary, trafficRouting: {plugins: {korch/haproxy: {}}}"
STEPS = "steps: [{setWeight: 20}, {pause: {duration: 15s}}, {setWeight: 50}, {pause: {duration: 15s}}]"
ROLLING = "{canary: {maxSurge: 1, maxUnavailable: 0, analysis: %s, steps: [{setWeight: 50}, {pause: {duration: 15s}}]}}"
BLUE_GREEN = "{blueGreen: {activeService: web, previewService: web-canary, scaleDownDelaySeconds: 20, postPromotionAnalysis: %s}}"
# the run after a switch ends by itself: a metric that goes on for ever would never let it succeed
ONCE = ("interval: 1s", "interval: 1s\n    count: 12")


class Rollouts(korch.Case):
    def setUp(self):
        super().setUp()
        self.prometheus = self.enterContext(Prometheus(self.folder / "prometheus")) if hasattr(self, "enterContext") else self.start_prometheus()
        self.templates = TEMPLATES

    def start_prometheus(self):
        prometheus = Prometheus(self.folder / "prometheus")
        self.addCleanup(prometheus.__exit__)
        return prometheus.__enter__()

    def apply(self, strategy, version, errors=0, delay=0):
        text = SERVICE % "web" + SERVICE % "web-canary" + self.templates + ROLLOUT % {
            "strategy": strategy, "version": version, "errors": errors, "delay": delay, "targets": self.prometheus.targets,
            "app": korch.SOURCE / "tests" / "e2e" / "rollout_app.py"}
        return self.write("web.yaml", text)

    def start(self, strategy, **app):
        """korch with v1, and load on its Service."""
        path = self.apply(strategy, "v1", **app)
        up = korch.Korch(path, "--router", "haproxy", "--prometheus", self.prometheus.url, "--image", f"python:3={sys.executable}",
                         state=self.state)
        self.addCleanup(up.__exit__)
        up.wait_event("RolloutCompleted", message=lambda text: "revision 1" in text)
        return up

    def load(self, up, **options):
        load = Load(up.address("web"), **options)
        self.addCleanup(load.stop)
        load.wait(50)
        return load

    def finish(self, load):
        """As many requests as a run has; nothing of what was asked is lost."""
        if len(load.answers) < REQUESTS:
            load.wait(REQUESTS - len(load.answers))
        load.stop()
        self.assertEqual(load.failures, [])
        print(f"{self.id().split('.')[-1]}: {len(load.answers)} requests, {len(load.bad())} answered with an error, none lost", flush=True)

    def good(self, strategy, **options):
        up = self.start(strategy)
        load = self.load(up, **options)
        mark = up.mark()
        self.apply(strategy, "v2")
        return up, load, mark

    def completed(self, up, load, mark):
        up.wait_event("RolloutCompleted", since=mark, message=lambda text: "revision 2" in text)
        korch.wait_until(lambda: share(load.wait(200), "v2") == 100, "only the new version answers")
        self.finish(load)
        self.assertEqual(load.bad(), [])

    def aborted(self, up, load, mark):
        up.wait_event("RolloutAborted", since=mark)
        korch.wait_until(lambda: share(load.wait(200), "v1") == 100, "only the old version answers")
        self.finish(load)
        self.assertEqual({version for status, version in load.bad()} - {"v2"}, set())

    def test_rolling(self):
        self.completed(*self.good(ROLLING % ERRORS, keep_alive=False))

    def test_rolling_bad(self):
        up = self.start(ROLLING % ERRORS)
        load = self.load(up, keep_alive=False)
        mark = up.mark()
        self.apply(ROLLING % ERRORS, "v2", errors=0.05)
        self.aborted(up, load, mark)

    def test_blue_green(self):
        self.templates = TEMPLATES.replace(*ONCE)
        up, load, mark = self.good(BLUE_GREEN % ERRORS, keep_alive=False)
        self.completed(up, load, mark)
        versions = [version for _, version in load.answers]
        switch = versions.index("v2")
        self.assertLessEqual(versions[switch:].count("v1"), 2 * len(load.threads), "after the switch only what was under way is the old version's")

    def test_blue_green_bad(self):
        self.templates = TEMPLATES.replace(*ONCE)
        up = self.start(BLUE_GREEN % ERRORS)
        load = self.load(up, keep_alive=False)
        mark = up.mark()
        self.apply(BLUE_GREEN % ERRORS, "v2", errors=0.05)
        self.aborted(up, load, mark)

    def canary(self, analysis):
        return "{canary: {%s, analysis: %s, %s}}" % (ROUTED, analysis, STEPS)

    def test_canary(self):
        up, load, mark = self.good(self.canary(ERRORS))
        for weight in (20, 50):
            mark = up.mark() if weight == 50 else mark
            up.wait_event("RolloutStepCompleted", since=mark, message=lambda text, weight=weight: f"setWeight: {weight}" in text)
            answers = load.wait(1500)
            print(f"weight {weight}: {share(answers, 'v2'):.2f} % of {len(answers)} requests", flush=True)
            self.assertAlmostEqual(share(answers, "v2"), weight, delta=1)
        self.completed(up, load, mark)

    def test_canary_bad(self):
        up = self.start(self.canary(ERRORS))
        load = self.load(up)
        mark = up.mark()
        self.apply(self.canary(ERRORS), "v2", errors=0.05)
        self.aborted(up, load, mark)

    def test_canary_slow(self):
        up = self.start(self.canary(SECONDS), delay=0.1)
        load = self.load(up, clients=24)
        mark = up.mark()
        self.apply(self.canary(SECONDS), "v2", delay=0.12)
        up.wait_event("RolloutAborted", since=mark)
        self.finish(load)
        self.assertEqual(load.bad(), [])


if __name__ == "__main__":
    unittest.main()
