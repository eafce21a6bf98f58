#!/usr/bin/env python3
"""Objects as Kubernetes' documentation writes them: Deployment, Service, sidecar, init containers."""
import http.client
import os
import pathlib
import re
import shutil
import subprocess

import korch

DOCS = korch.SOURCE / "tests" / "data" / "kubernetes-docs"
# Stands for the image nginx: serves on the pod's own address, which its name leads to.
SERVER = """#!/usr/bin/env python3
import http.server, os, signal, socket, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ["HOSTNAME"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer((socket.gethostbyname(os.environ["HOSTNAME"]), PORT), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("serving", flush=True)
server.serve_forever()
"""
CLIENT_OF_DEPLOYMENT = """apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: nginx}
  ports: [{port: 80}]
"""
BACKEND = """apiVersion: v1
kind: Pod
metadata:
  name: backend
  labels: {app.kubernetes.io/name: MyApp}
spec:
  containers:
  - name: backend
    image: example.com/backend:1
"""


def ask(address):
    connection = http.client.HTTPConnection(*address, timeout=korch.PATIENCE)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else None
    except OSError:
        return None
    finally:
        connection.close()


class KubernetesDocs(korch.Case):
    def setUp(self):
        super().setUp()
        (self.folder / "app").mkdir()

    def take(self, *names):
        for name in names:
            shutil.copy(DOCS / name, self.folder / "app" / name)

    def program(self, name, text):
        path = self.write(name, text)
        path.chmod(0o755)
        return path

    def server(self, port):
        return self.program(f"serve-{port}", SERVER.replace("PORT", str(port)))

    def test_they_are_valid(self):
        done = korch.run("validate", "--strict", DOCS)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertRegex(done.stdout, r"^\d+ objects in 6 files: 0 errors, 0 warnings\n$")

    def test_deployment(self):
        self.take("deployment.yaml")
        self.write("app/front.yaml", CLIENT_OF_DEPLOYMENT)
        running = self.up("--image", f"nginx={self.server(80)}", self.folder / "app")
        running.wait_ready("nginx-deployment", 3)
        address = running.address("front")
        seen = set()
        korch.wait_until(lambda: seen.add(ask(address)) or len(seen - {None}) == 3, lambda: f"an answer of each pod: {seen}")
        self.assertTrue(all(re.fullmatch(r"nginx-deployment-[a-z0-9]+-[a-z0-9]{5}", name) for name in seen - {None}), seen)
        # As in the documentation: a newer image, then more replicas.
        since = running.mark()
        text = (DOCS / "deployment.yaml").read_text()
        self.write("app/deployment.yaml", text.replace("nginx:1.14.2", "nginx:1.16.1").replace("replicas: 3", "replicas: 5"))
        running.wait_event("ScalingReplicaSet", since, message=lambda text: text.endswith(" to 0"))
        korch.wait_until(lambda: running.workload("nginx-deployment")["ready"] == 5, running.tail)
        self.stop(running)

    def test_service(self):
        self.take("service.yaml")
        self.write("app/backend.yaml", BACKEND)
        running = self.up("--image", f"example.com/backend={self.server(9376)}", self.folder / "app")
        running.wait_workload("backend", ready=1)
        address = running.address("my-service")
        self.assertEqual(address[1], 80)
        korch.wait_until(lambda: ask(address) == "backend", "an answer through the Service")
        self.stop(running)

    def test_service_with_a_named_port(self):
        self.take("service-named-port.yaml")
        running = self.up("--image", f"nginx={self.server(80)}", self.folder / "app")
        running.wait_workload("nginx", ready=1)
        korch.wait_until(lambda: ask(running.address("nginx-service")) == "nginx", "an answer through the Service")
        self.stop(running)

    def test_sidecar(self):
        self.take("sidecar.yaml")
        running = self.up(self.folder / "app")
        running.wait_ready("myapp", 1)
        korch.wait_until(lambda: "logging" in running.log("logshipper", "myapp"), "the shipped log")
        started = [re.search(r"container (\S+)$", line["message"])[1] for line in running.lines
                   if line["type"] == "event" and line["reason"] == "Started"]
        self.assertEqual(started, ["logshipper", "myapp"])
        # Neither listens to TERM inside of sh: a second Ctrl-C is quicker than 30 seconds.
        running.interrupt()
        running.wait(lambda line: line["type"] == "note" and line["message"].startswith("stopping"), "the stop")
        self.stop(running)

    if os.geteuid() == 0:  # a folder becomes the root of a container for root alone
        def test_init_containers(self):
            """They wait for two Services that come later; the image is a folder with the few programs that they need."""
            root = self.folder / "busybox"
            make_root(root)
            self.take("init-containers.yaml")
            running = self.up("--image", f"busybox={root}", self.folder / "app")
            korch.wait_until(lambda: "waiting for myservice" in running.log("init-myservice"), "the first init container's wait")
            self.assertEqual(running.workload("myapp-pod")["ready"], 0)
            self.take("init-services.yaml")
            running.wait_workload("myapp-pod", ready=1)
            self.assertIn("The app is running!", running.log("myapp-container"))
            self.assertRegex(running.log("init-mydb"), r"mydb\.default\.svc\.cluster\.local")
            running.interrupt()
            running.wait(lambda line: line["type"] == "note" and line["message"].startswith("stopping"), "the stop")
            self.stop(running)


def make_root(root):
    """A small root folder: sh, cat, sleep, getent with their libraries; nslookup by getent; the namespace's file."""
    for name in ("sh", "cat", "sleep", "getent"):
        program = pathlib.Path(shutil.which(name)).resolve()
        wanted = re.findall(r"(/\S+)", subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout)
        for library in wanted:
            (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library[1:])
        (root / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(program, root / "bin" / name)
    (root / "bin" / "nslookup").write_text('#!/bin/sh\nexec getent hosts "$1"\n')
    (root / "bin" / "nslookup").chmod(0o755)
    secrets = root / "var/run/secrets/kubernetes.io/serviceaccount"
    secrets.mkdir(parents=True)
    (secrets / "namespace").write_text("default")
    (root / "etc").mkdir()
    (root / "etc/hosts").touch()


if __name__ == "__main__":
    korch.main()
