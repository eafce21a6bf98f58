"""What the end-to-end tests share: a running korch, waiting for conditions on what it says, and looking for what it left behind."""
import json
import os
import pathlib
import signal
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BUILD = pathlib.Path(os.environ["KORCH_BUILD_ROOT"])
SOURCE = pathlib.Path(os.environ["KORCH_SOURCE_ROOT"])
PROGRAM = BUILD / "tools" / "korch" / "korch"
POLL = 0.02  # seconds between two looks at a condition that tells nobody when it comes true
# The machines that run tests are slow at times, sanitizers more so: waiting longer costs nothing where all is well.
PATIENCE = 60 * float(os.environ.get("KORCH_TEST_PATIENCE", "1"))


def wait_until(condition, what, timeout=None):
    """Looks until condition() is true and returns that; fails with `what` (text, or a function that makes it) at the deadline."""
    deadline = time.monotonic() + (timeout or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("timed out: " + (what() if callable(what) else what))
        time.sleep(POLL)


def run(*arguments, text=None, cwd=None, env=None, timeout=None):
    """Runs korch to its end."""
    return subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True, text=True, cwd=cwd, timeout=timeout or PATIENCE,
                          env={**os.environ, **(env or {})})


def processes():
    """(pid, environment, command line) of all that can be seen."""
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            yield int(folder.name), (folder / "environ").read_bytes().split(b"\0"), (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue


class Korch:
    """`korch up --output json`, started; its lines are read as they come."""

    def __init__(self, *arguments, state, cwd=None, env=None):
        self.state = pathlib.Path(state)
        self.lines = []
        self.sandboxes = set()
        self.arrived = threading.Condition()
        self.is_over = False
        self.process = subprocess.Popen([PROGRAM, "up", "--output", "json", *map(str, arguments)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, start_new_session=True,
                                        env={**os.environ, "KORCH_STATE": str(state), **(env or {})})
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for text in self.process.stdout:
            line = json.loads(text)
            with self.arrived:
                self.lines.append(line)
                self.arrived.notify_all()
        with self.arrived:
            self.is_over = True
            self.arrived.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.note_sandboxes()
            self.process.kill()
            self.process.wait()
            self.kill_left()
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()

    def mark(self):
        """A place in the output: what comes after it is new."""
        with self.arrived:
            return len(self.lines)

    def wait(self, condition, what, since=0, timeout=None):
        """The first line after `since` that condition accepts."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        with self.arrived:
            while True:
                for line in self.lines[since:]:
                    if condition(line):
                        return line
                since = len(self.lines)
                left = deadline - time.monotonic()
                if self.is_over or left <= 0:
                    raise AssertionError(f"{'korch ended' if self.is_over else 'timed out'}: {what}\n" + self.tail())
                self.arrived.wait(left)

    def tail(self):
        return "\n".join(json.dumps(line) for line in self.lines[-30:])

    def wait_workload(self, name, since=0, timeout=None, **wanted):
        """Waits until a workload's line has all these members; a member may be a function."""
        def fits(line):
            return line["type"] == "workload" and line["name"] == name and all(
                value(line.get(key)) if callable(value) else line.get(key) == value for key, value in wanted.items())
        return self.wait(fits, f"workload {name} with {wanted}", since, timeout)

    def wait_ready(self, name, count, since=0, timeout=None):
        return self.wait_workload(name, since, timeout, desired=count, ready=count, updated=count)

    def wait_event(self, reason, since=0, timeout=None, **wanted):
        def fits(line):
            return line["type"] == "event" and line["reason"] == reason and all(
                value(line[key]) if callable(value) else line[key] == value for key, value in wanted.items())
        return self.wait(fits, f"event {reason} with {wanted}", since, timeout)

    def wait_applied(self, kind, name, result, since=0, timeout=None):
        return self.wait(lambda line: line["type"] == "applied" and (line["kind"], line["name"], line["result"]) == (kind, name, result),
                         f"{kind} {name} {result}", since, timeout)

    def address(self, service):
        """(address, port) of a Service."""
        line = self.wait(lambda line: line["type"] == "service" and line["name"] == service, f"service {service}")
        return line["address"], line["ports"][0]["port"]

    def workload(self, name):
        """The latest line of a workload."""
        with self.arrived:
            return next((line for line in reversed(self.lines) if line["type"] == "workload" and line["name"] == name), None)

    def note_sandboxes(self):
        """Remembers which pods there are, to look for their processes later."""
        for folder in self.state.glob("up/*/runtime/pods/*"):
            self.sandboxes.add(folder.resolve())

    def containers(self, needle):
        """Pids of the containers' processes whose command line has an argument that contains `needle`."""
        self.note_sandboxes()
        mine = {f"KORCH_SANDBOX_FOLDER={folder}".encode() for folder in self.sandboxes}
        return sorted(pid for pid, environment, command in processes()
                      if mine & set(environment) and any(needle.encode() in argument for argument in command))

    def left(self):
        """What runs still and should not: containers of pods that were seen, shims of this state folder."""
        mine = {f"KORCH_SANDBOX_FOLDER={folder}".encode() for folder in self.sandboxes}
        return [(pid, b" ".join(command).decode(errors="replace")) for pid, environment, command in processes()
                if mine & set(environment) or any(argument.startswith(bytes(self.state) + b"/") for argument in command)]

    @staticmethod
    def left_of(pids):
        """Those of these processes that are still there."""
        return [pid for pid in pids if any(pid == other for other, _, _ in processes())]

    def kill_left(self):
        for pid, _ in self.left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def log(self, container, pod=""):
        """Text of all logs of a container's runs in pods whose name starts so, oldest pod first."""
        folders = sorted(self.state.glob(f"up/*/cluster/logs/*_{pod}*/{container}"), key=lambda path: path.stat().st_mtime)
        return "".join(path.read_text(errors="replace") for folder in folders for path in sorted(folder.glob("*.log")))

    def interrupt(self):
        self.note_sandboxes()
        self.process.send_signal(signal.SIGINT)

    def finish(self, timeout=None):
        """Waits for the end; returns the exit status."""
        try:
            code = self.process.wait(timeout or PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError("korch does not end\n" + self.tail()) from None
        self.reader.join(PATIENCE)
        return code


class Case(unittest.TestCase):
    """A test with a state folder of its own, which must be empty at the end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="korch-e2e-"))
        self.state = self.folder / "state"
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        """A manifest, put in place at once as editors do it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name("." + path.name)
        temporary.write_text(text)
        temporary.rename(path)
        return path

    def up(self, *arguments, **options):
        korch = Korch(*arguments, state=self.state, **options)
        self.addCleanup(korch.__exit__)
        return korch

    def stop(self, korch, timeout=None):
        """Ends korch by Ctrl-C and looks for what it left."""
        korch.interrupt()
        self.assertEqual(korch.finish(timeout), 0, korch.tail())
        self.assert_nothing_left(korch)

    def assert_nothing_left(self, korch):
        self.assertEqual([each for each in korch.left() if not each[1].startswith("korch-shim ")], [])
        # A shim ends after its last word to korch, a moment later; with sanitizers that look for leaks, a long moment.
        wait_until(lambda: not korch.left(), lambda: f"still there: {korch.left()}")
        self.assertEqual([path for path in self.state.rglob("*") if not path.is_dir()], [])
        self.assertEqual(list(self.state.glob("up/*")), [])


def main():
    sys.stdout.reconfigure(line_buffering=True)
    program = unittest.main(verbosity=2, exit=False, testRunner=unittest.TextTestRunner(stream=sys.stdout, verbosity=2))
    sys.exit(0 if program.result.wasSuccessful() and program.result.testsRun else 1)
