"""What the tests of `korch up --state` share: a korch on a folder that stays, and a look into its store from outside."""
import contextlib
import json
import os
import pathlib
import signal
import sqlite3

import korch


def objects(state):
    """All objects of a state folder's store: {(kind, namespace, name): object}; resourceVersion as it is stored."""
    with contextlib.closing(sqlite3.connect(f"file:{state}/store.db?mode=ro", uri=True, timeout=korch.PATIENCE)) as database:
        rows = database.execute("SELECT revision, body FROM cur").fetchall()
    found = {}
    for revision, body in rows:
        value = json.loads(body)
        meta = value["metadata"]
        meta["resourceVersion"] = revision
        found[value["kind"], meta.get("namespace", ""), meta["name"]] = value
    return found


class Durable(korch.Korch):
    """`korch up --state STATE PATH…`."""

    def __init__(self, state, *arguments, **options):
        super().__init__("--state", state, *arguments, state=state, **options)

    def note_sandboxes(self):
        for folder in self.state.glob("runtime/pods/*"):
            self.sandboxes.add(folder.resolve())

    def log(self, container, pod=""):
        folders = sorted(self.state.glob(f"cluster/logs/*_{pod}*/{container}"))
        return "".join(path.read_text(errors="replace") for folder in folders for path in sorted(folder.glob("*.log")))

    def kill(self):
        """kill -9 of korch alone."""
        self.note_sandboxes()
        self.process.kill()
        self.process.wait()
        self.reader.join(korch.PATIENCE)

    def get(self, kind, name, namespace="default"):
        return objects(self.state).get((kind, namespace, name))

    def wait_object(self, kind, name, condition, timeout=None):
        """Waits until the stored object is as it should be; gives it."""
        def fits():
            found = self.get(kind, name)
            return found if found and condition(found) else None
        return korch.wait_until(fits, lambda: f"{kind} {name}: {json.dumps(self.get(kind, name))}\n{self.tail()}", timeout)

    def pods(self, prefix=""):
        return {name: value for (kind, _, name), value in objects(self.state).items() if kind == "Pod" and name.startswith(prefix)}


class Case(korch.Case):
    """Tests on one state folder; what runs at the end is killed."""

    def setUp(self):
        super().setUp()
        self.running = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for each in self.running:
            each.note_sandboxes()
            if each.process.poll() is None:
                each.kill()
        for each in self.running:
            each.kill_left()
            each.process.stdout.close()
            each.process.stderr.close()

    def up(self, *arguments, **options):
        running = Durable(self.state, *arguments, **options)
        self.running.append(running)
        return running

    def refused(self, *arguments, **options):
        """A start that must fail: gives its one line."""
        done = korch.run("up", "--output", "json", "--state", self.state, *arguments, **options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr.strip()

    def end(self, running):
        """Ctrl-C: nothing runs any more, the objects stay."""
        running.interrupt()
        self.assertEqual(running.finish(), 0, running.tail())
        korch.wait_until(lambda: not running.left(), lambda: f"still there: {running.left()}")

    def shims(self):
        """{pod uid: pid} of the shims."""
        return {path.parent.name: int(path.read_text().split()[0]) for path in pathlib.Path(self.state).glob("runtime/pods/*/shim.pid")}


def state_of(pod, container=0, last=False):
    """What a pod's status says of a container: its state, or the one before."""
    status = pod["status"]["containerStatuses"][container]
    return status.get("lastState" if last else "state", {})


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end_process(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
