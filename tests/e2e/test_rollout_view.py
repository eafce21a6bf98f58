#!/usr/bin/env python3
"""Rollouts in `korch up`: the live view's lines and keys, and the JSON lines."""
import http.server
import json
import threading

import korch
import schedule
import screen

WEB = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {canary: {maxSurge: 1, maxUnavailable: 0, steps: [{setWeight: 50}, {pause: {}}, {setWeight: 80}, {pause: {duration: 1h}}]}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: web:1
        command: [sleep, "5101"]
"""
HEALTHY = r"^rollout/web +█{12} +2/2 "


RATE = """apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: rate}
spec:
  metrics:
  - name: rate
    interval: 1s
    failureLimit: 1
    successCondition: result > 0.9
    provider: {web: {url: "http://127.0.0.1:PORT/", jsonPath: "{$.rate}"}}
"""


CANARY = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: shop, image: "shop:1", command: [sleep, "5102"]}]}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  service: {port: 80}
  analysis: {interval: 10s, threshold: 1, maxWeight: 50, stepWeight: 10}
"""


class Rate:
    """Answers every request with a rate."""

    def __init__(self):
        self.value = 0.99
        rate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({"rate": rate.value}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class View(korch.Case):
    def start(self, web=WEB, **options):
        self.write("app/web.yaml", web)
        terminal = screen.Terminal(self.folder / "app", state=self.state, **options)
        self.addCleanup(terminal.close)
        self.addCleanup(self.kill_containers)
        terminal.wait(HEALTHY)
        return terminal

    def kill_containers(self):
        sandboxes = {f"KORCH_SANDBOX_ID={path.name}".encode() for path in self.state.glob("up/*/runtime/pods/*")}
        for pid, environment, _ in korch.processes():
            if sandboxes & set(environment):
                korch.os.kill(pid, korch.signal.SIGKILL)

    def quit(self, terminal):
        terminal.type("q")
        self.assertEqual(terminal.finish(), 0, terminal.text())
        self.assertEqual(list(self.state.glob("up/*")), [])

    def set_image(self, terminal, image):
        terminal.type("i")
        terminal.wait(r"^image \(NAME or CONTAINER=NAME\): █$")
        terminal.type(image + "\r")

    def paused(self, terminal):
        terminal.wait(r"^  Paused  ▰▱▱▱  step 2/4 \(pause\)  canary 50%  stable 50%")

    def test_promote(self):
        """Steps done and to come, weights, revisions, the sentence; promoted by keys to the end."""
        terminal = self.start(columns=80)
        terminal.wait(r"^  Healthy  ▰{4}  step 4/4 done  stable 100%$")
        terminal.wait(r"^p promote  P all  a abort  t retry .*  q quit$")
        self.set_image(terminal, "wrong\x7f\x7f\x7f\x7f\x7fweb:2")
        self.paused(terminal)
        terminal.wait(r"^  paused until it is promoted at step 2 of 4 \(since \d+s\)")
        terminal.resize(100, 30)
        terminal.wait(r"^  revision 2 canary  web:2  1/1 ready, 1 available$")
        terminal.wait(r"^  revision 1 stable  web:1  1/1 ready, 1 available$")
        first = terminal.wait(r"at step 2 of 4 \(since (\d+)s\)")[1]
        korch.wait_until(lambda: terminal.wait(r"\(since (\d+)s\)")[1] != first, "time goes on")
        terminal.type("p")
        terminal.wait(r"^rollout/web: promoted$")
        terminal.wait(r"▰▰▰▱  step 4/4 \(pause: 1h0m0s\)")
        terminal.type("P")
        terminal.wait(r"^  Healthy  ▰{4}  step 4/4 done  stable 100%$")
        terminal.wait(r"^  revision 2 stable  web:2  2/2 ready, 2 available$")
        self.quit(terminal)

    def test_abort_and_retry(self):
        terminal = self.start()
        self.set_image(terminal, "web=web:2")
        self.paused(terminal)
        terminal.type("a")
        terminal.wait(r"^  Degraded  ")
        terminal.wait(r"^  aborted by a person; waiting for a retry or a new template")
        terminal.type("t")
        self.paused(terminal)
        terminal.type("u")
        terminal.wait(r"^  Healthy  ▰{4}")
        terminal.wait(r"^  revision 3 stable  web:1  2/2 ready")
        self.quit(terminal)

    def test_metrics(self):
        """An analysis beside the steps: its last values as a chart, how many were good; the bad one takes the update back."""
        server = Rate()
        self.addCleanup(server.close)
        self.write("app/rate.yaml", RATE.replace("PORT", str(server.port)))
        terminal = self.start(WEB.replace("canary: {", "canary: {analysis: {templates: [{templateName: rate}]}, "), columns=120)
        self.set_image(terminal, "web:2")
        self.paused(terminal)
        terminal.wait(r"^  analysis web-\S+ Running$")
        terminal.wait(r"^    rate [▁-█]{3,16} 0\.99  \d+ ok$")
        server.value = 0.5
        terminal.wait(r"^  Degraded  ")
        terminal.wait(r"^  analysis web-\S+ Failed: ")
        terminal.wait(r"^    rate [▂-█]+▁+ 0\.5  \d+ ok, 2 failed$")
        terminal.wait(r"^  aborted: an analysis failed; ")
        self.quit(terminal)

    def test_pause_scale_restart(self):
        terminal = self.start(columns=140)
        terminal.type("z")
        terminal.wait(r"^rollout/web: paused$")
        terminal.type("z")
        terminal.wait(r"^rollout/web: resumed$")
        terminal.type("+")
        terminal.wait(r"^rollout/web +█{12} +3/3 ")
        terminal.type("a")
        terminal.wait(r'^error: rollout "web" has nothing to abort')
        self.set_image(terminal, "nobody=web:2")
        terminal.wait(r'^error: "web" has no container "nobody"')
        terminal.type("i")
        terminal.wait(r"^image \(NAME")
        terminal.type("q\x1b")
        terminal.wait(r"q quit$", "the prompt is left without a word")
        self.quit(terminal)


    def test_canary(self):
        """A Canary of Flagger has such lines, and none of the keys."""
        self.write("app/canary.yaml", CANARY)
        terminal = self.start()
        terminal.wait(r"^canary/shop +█{12} +1/1 ")
        terminal.wait(r"^  Healthy  ▰{5}  step 5/5 done  canary 0%  primary 100%$")
        terminal.wait(r"^  revision 1 primary  shop:1  1/1 ready, 1 available$")
        terminal.wait(r"^↑↓ select  u undo  r restart  \+ - scale  q quit$")
        self.quit(terminal)


class Json(korch.Case):
    def test_lines(self):
        path = self.write("web.yaml", WEB)
        up = self.up(path)
        up.wait(lambda line: line["type"] == "rollout" and line["phase"] == "Healthy" and line["step"] == 4, "healthy")
        since = up.mark()
        self.write("web.yaml", WEB.replace("image: web:1", "image: web:2"))
        line = up.wait(lambda line: line["type"] == "rollout" and line["phase"] == "Paused" and len(line["revisions"]) == 2 and
                       all(each["available"] == 1 for each in line["revisions"]), "paused", since)
        self.assertEqual((line["strategy"], line["stepCount"], line["step"], line["stepText"], line["setWeight"]), ("canary", 4, 1, "pause", 50))
        self.assertEqual([(each["revision"], each["role"], each["images"], each["weight"]) for each in line["revisions"]],
                         [(2, "canary", "web:2", 50), (1, "stable", "web:1", 50)])
        self.assertRegex(line["explanation"], "^paused until it is promoted at step 2 of 4")
        up.wait_event("RolloutPaused", since, kind="Rollout", name="web")
        self.stop(up)
        # what was recorded is enough for a timeline
        page = self.folder / "page.html"
        recorded = self.write("run.json", "".join(json.dumps(line) + "\n" for line in up.lines))
        result = korch.run("rollout", "timeline", recorded, "--html", page)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        kept = json.loads(schedule.Page(page.read_text()).data)["records"]
        self.assertEqual(kept, [line for line in up.lines if line["type"] in ("event", "rollout")])


if __name__ == "__main__":
    korch.main()
