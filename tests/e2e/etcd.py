"""An etcd server of a test's own, on free ports of 127.0.0.1."""
import pathlib
import signal
import socket
import subprocess
import urllib.request

import korch


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Etcd:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # Between finding a port and using it somebody else may take it: then it is tried again.
        for _ in range(10):
            self.port = free_port()
            self.start(free_port())
            if korch.wait_until(lambda: self.is_up() or self.process.poll() is not None, "etcd") and self.process.poll() is None:
                return
        raise AssertionError("etcd does not start: " + (self.folder / "log").read_text()[-2000:])

    def start(self, peer_port):
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer_port}"
        self.folder.mkdir(exist_ok=True)
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(
                ["etcd", "--name", "one", "--data-dir", self.folder / f"data-{self.port}", "--listen-client-urls", client,
                 "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                 "--initial-cluster", f"one={peer}"], stdout=log, stderr=subprocess.STDOUT)

    def is_up(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return b"true" in answer.read()
        except OSError:
            return False

    @property
    def url(self):
        return f"etcd://127.0.0.1:{self.port}/test"

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.kill()
        self.process.wait()
