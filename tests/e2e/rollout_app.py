#!/usr/bin/env python3
"""A web application of some VERSION that can be bad: ERRORS (share of requests answered with 500) and DELAY (seconds a request takes).
Counts its requests at /metrics, and puts a file into TARGETS so that Prometheus finds it."""
import http.server
import json
import os
import socketserver
import threading
import time

VERSION, ADDRESS = os.environ["VERSION"], os.environ["POD_IP"]
ERRORS, DELAY = float(os.environ.get("ERRORS", "0")), float(os.environ.get("DELAY", "0"))
lock = threading.Lock()
served = {200: 0, 500: 0}
seconds = 0.0


def take(started):
    """Counts a request; of each hundred in a row exactly the wished share fails."""
    global seconds
    with lock:
        n = served[200] + served[500]
        status = 500 if int((n + 1) * ERRORS) > int(n * ERRORS) else 200
        served[status] += 1
        seconds += time.monotonic() - started
        return status


def metrics():
    labels = f'hash="{os.environ["HASH"]}"'
    return "".join(f'app_requests_total{{{labels},code="{code}"}} {n}\n' for code, n in served.items()) + \
        f"app_seconds_total{{{labels}}} {seconds}\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        started = time.monotonic()
        status, text = 200, VERSION
        if self.path == "/metrics":
            text = metrics()
        elif self.path != "/healthz":
            time.sleep(DELAY)
            status = take(started)
        body = text.encode()
        self.wfile.write(b"HTTP/1.1 %d x\r\nContent-Type: text/plain\r\nX-Version: %s\r\nContent-Length: %d\r\n\r\n%s"
                         % (status, VERSION.encode(), len(body), body))

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server((ADDRESS, 8080), Handler)
if "TARGETS" in os.environ:
    path = os.path.join(os.environ["TARGETS"], ADDRESS)
    with open(path + ".part", "w", encoding="ascii") as file:
        json.dump([{"targets": [f"{ADDRESS}:8080"]}], file)
    os.rename(path + ".part", path + ".json")
server.serve_forever()
