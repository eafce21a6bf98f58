"""A real Prometheus for one test: on a free port, in a folder of the test, stopped by its pid."""
import pathlib
import socket
import subprocess
import urllib.request

import korch


class Prometheus:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.targets = self.folder / "targets"
        self.targets.mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        config = self.folder / "prometheus.yml"
        config.write_text(f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: pods
  file_sd_configs: [{{files: ["{self.targets}/*.json"], refresh_interval: 1s}}]
""")
        self.log = open(self.folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address={self.url[7:]}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def __enter__(self):
        korch.wait_until(self.is_ready, lambda: "Prometheus is ready:\n" + (self.folder / "log").read_text())
        return self

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=korch.PATIENCE) as answer:
                return answer.status == 200
        except OSError:
            if self.process.poll() is not None:
                raise AssertionError("Prometheus ended:\n" + (self.folder / "log").read_text()) from None
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(korch.PATIENCE)
        self.log.close()
