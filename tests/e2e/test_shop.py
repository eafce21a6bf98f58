#!/usr/bin/env python3
"""The example application under load: repair, rolling update without a lost request, a broken version, and the way back."""
import http.client
import os
import pathlib
import re
import shutil
import signal
import threading

import korch


class Clients:
    """Threads that ask for a page again and again, each over a connection of its own, and count the answers."""

    def __init__(self, address, count=8):
        self.address = address
        self.answers = []  # (status, version)
        self.failures = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while not self.stopping.is_set():
            connection = http.client.HTTPConnection(*self.address, timeout=korch.PATIENCE)
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                text = answer.read().decode()
                version = re.search(r"\((\S+), pod ", text)
                self.answers.append((answer.status, version[1] if version else text))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            finally:
                connection.close()

    def wait_answers(self, more=50):
        """Waits until so many further requests were answered."""
        wanted = len(self.answers) + more
        korch.wait_until(lambda: len(self.answers) >= wanted, lambda: f"{more} answers; failures: {self.failures[-3:]}")

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wrong(self):
        return self.failures + [answer for answer in self.answers if answer[0] != 200]


class Shop(korch.Case):
    def setUp(self):
        super().setUp()
        self.shop = self.folder / "shop"
        shutil.copytree(korch.SOURCE / "examples" / "shop", self.shop)
        self.web = (self.shop / "web.yaml").read_text()

    def change(self, *pairs):
        text = self.web
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write("shop/web.yaml", text)

    def start(self):
        running = self.up(self.shop)
        running.wait_ready("shop-store", 1)
        running.wait_ready("shop-worker", 1)
        running.wait_ready("shop-web", 3)
        return running

    def load(self, running):
        clients = Clients(running.address("shop-web"))
        self.addCleanup(clients.stop)
        clients.wait_answers()
        return clients

    def test_repair(self):
        """kill -9 of a container's process: it is started again, the restart is counted, the others go on serving."""
        running = self.start()
        clients = self.load(running)
        victims = running.containers("/code/web.py")
        self.assertEqual(len(victims), 3)
        since = running.mark()
        os.kill(victims[0], signal.SIGKILL)
        running.wait_workload("shop-web", since, restarts=1, ready=3)
        now = running.containers("/code/web.py")
        self.assertEqual(len(now), 3)
        self.assertEqual(len(set(now) & set(victims)), 2)
        clients.wait_answers()
        clients.stop()
        # What the killed process had in hand is lost; what came afterwards is not.
        self.assertLessEqual(len(clients.wrong()), 8, clients.wrong())
        self.stop(running)

    def test_rolling_update(self):
        """A new version while clients ask: every request is answered, and at the end by the new version alone."""
        running = self.start()
        clients = self.load(running)
        since = running.mark()
        self.change(("value: v1", "value: v2"))
        running.wait_applied("Deployment", "shop-web", "configured", since)
        running.wait_event("ScalingReplicaSet", since, name="shop-web", message=lambda text: text.endswith(" to 0"))
        korch.wait_until(lambda: running.workload("shop-web")["ready"] == 3, running.tail)
        korch.wait_until(lambda: len(running.containers("/code/web.py")) == 3, "the old pods' end")
        mark = len(clients.answers)
        clients.wait_answers(100)
        clients.stop()
        self.assertEqual(clients.wrong(), [])
        self.assertEqual({version for _, version in clients.answers}, {"v1", "v2"})
        # A request may have been on its way when the answers were counted.
        self.assertEqual({version for _, version in clients.answers[mark + 8:]}, {"v2"})
        print(f"{len(clients.answers)} requests during a rolling update, all answered", flush=True)
        self.stop(running)

    def test_broken_version_and_the_old_manifest(self):
        """A version that exits: it stops at maxUnavailable, is reported after the deadline; the old manifest brings all back."""
        self.change(("progressDeadlineSeconds: 20", "progressDeadlineSeconds: 3"))
        self.web = (self.shop / "web.yaml").read_text()
        running = self.start()
        clients = self.load(running)
        since = running.mark()
        self.change(("value: v1", "value: v2"), ("command: [python3, /code/web.py]", "command: [bash, -c, exit 1]"))
        running.wait_workload("shop-web", since, failed=True, ready=2)
        ready = [line["ready"] for line in running.lines[since:] if line["type"] == "workload" and line["name"] == "shop-web"]
        self.assertGreaterEqual(min(ready), 2)
        clients.wait_answers()
        since = running.mark()
        self.change()
        running.wait_applied("Deployment", "shop-web", "configured", since)
        running.wait_workload("shop-web", since, failed=False, ready=3, updated=3)
        clients.wait_answers()
        clients.stop()
        self.assertEqual(clients.wrong(), [])
        self.assertEqual({version for _, version in clients.answers}, {"v1"})
        self.stop(running)

    def test_parts(self):
        """The worker writes its report with the settings; the log shipper has the web server's log; the store is private."""
        running = self.start()
        clients = self.load(running)
        clients.stop()
        store = running.address("shop-store")

        def store_says(path):
            connection = http.client.HTTPConnection(*store, timeout=korch.PATIENCE)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        korch.wait_until(lambda: store_says("/report")[1].endswith("visits, price list in EUR"), "the worker's report")
        connection = http.client.HTTPConnection(*store, timeout=korch.PATIENCE)
        connection.request("PUT", "/visits", "1")
        self.assertEqual(connection.getresponse().status, 403)
        connection.close()
        korch.wait_until(lambda: "GET / 200" in running.log("log-shipper", "shop-web"), "the shipped log")
        self.assertIn("store: serving", running.log("store"))
        self.stop(running)


if __name__ == "__main__":
    korch.main()
