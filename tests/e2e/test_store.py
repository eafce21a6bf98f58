#!/usr/bin/env python3
"""korch store check, backup, restore, compact: on the state folder of `korch up --state`, while that runs, and behind it."""
import json
import signal
import sqlite3

import korch

SETTINGS = """apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: "%s"}
"""


class Store(korch.Case):
    def setUp(self):
        super().setUp()
        self.kept = self.folder / "kept"
        self.copy = self.folder / "copy.db"

    def store(self, *arguments, code=0):
        done = korch.run("store", *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 or not done.stderr else done.stderr

    def check(self, path, code=0):
        return json.loads(self.store("check", "--output", "json", path, code=code))

    def up(self, *arguments):
        return korch.Korch("--state", self.kept, "settings.yaml", *arguments, state=self.state, cwd=self.folder)

    def make(self):
        """A state folder with one ConfigMap of somebody's."""
        self.write("settings.yaml", SETTINGS % "red")
        with self.up() as running:
            running.wait_applied("ConfigMap", "settings", "created")
            running.interrupt()
            self.assertEqual(running.finish(), 0)

    def test_while_it_runs(self):
        self.write("settings.yaml", SETTINGS % "red")
        with self.up() as running:
            running.wait_applied("ConfigMap", "settings", "created")
            before = self.check(self.kept)
            self.assertEqual(before["problems"], [])
            self.assertGreater(before["objects"], 0)
            revisions = []
            for i in range(5):
                mark = running.mark()
                self.write("settings.yaml", SETTINGS % f"shade {i}")
                self.store("backup", "--force", self.kept, self.copy)
                revisions.append(self.check(self.copy)["revision"])
                running.wait_applied("ConfigMap", "settings", "configured", mark)
                self.assertEqual(self.check(self.kept)["problems"], [])
            self.assertEqual(revisions, sorted(revisions))
            self.assertGreater(self.check(self.kept)["revision"], revisions[0])
            for verb in (["compact", self.kept], ["restore", "--force", self.kept, self.copy]):
                self.assertEqual(self.store(*verb, code=1), f"korch: store {self.kept}/store.db is in use by process {running.process.pid} (korch)\n")
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
            self.assertGreaterEqual(self.check(self.kept)["revision"], revisions[-1])

    def test_restore(self):
        self.make()
        self.store("backup", self.kept, self.copy)
        saved = self.check(self.copy)
        self.write("settings.yaml", SETTINGS % "blue")
        with self.up() as running:
            running.wait_applied("ConfigMap", "settings", "configured")
            running.interrupt()
            self.assertEqual(running.finish(), 0)
        self.assertIn("exists already", self.store("restore", self.kept, self.copy, code=1))
        lost = self.check(self.kept)
        self.assertIn(": restored, ", self.store("restore", "--force", self.kept, self.copy))
        now = self.check(self.kept)
        self.assertEqual((now["objects"], now["changes"]), (saved["objects"], 0))
        self.assertEqual(now["revision"], lost["revision"] + 1_000_000_000)
        # What was restored is red again, and is made blue once more.
        with self.up() as running:
            running.wait_applied("ConfigMap", "settings", "configured")
            running.interrupt()
            self.assertEqual(running.finish(), 0)
        self.assertGreater(self.check(self.kept)["revision"], now["revision"])

    def test_compact(self):
        self.make()
        said = self.store("compact", "--keep", "2", self.kept)
        self.assertRegex(said, r"store\.db: compacted, \d+ objects, revision \d+, \d changes? since revision \d+, \d+ KiB of which 0 KiB free\n$")
        self.assertLessEqual(self.check(self.kept)["changes"], 2)

    def test_damage(self):
        self.make()
        with sqlite3.connect(self.kept / "store.db") as handle:
            handle.execute("UPDATE cur SET body = '{}' WHERE key LIKE '%settings'")
        said = self.store("check", self.kept, code=1)
        self.assertIn("settings: what is stored is no object\n", said)
        self.assertIn("problem", said.splitlines()[-1])
        self.assertEqual(self.check(self.kept, code=1)["problemCount"], len(said.splitlines()) - 1)
        self.assertIn("is damaged, nothing was restored", self.store("restore", self.folder / "new.db", self.kept / "store.db", code=1))
        self.assertFalse((self.folder / "new.db").exists())

    def test_sealed(self):
        key, other = self.folder / "key", self.folder / "other"
        for i, path in enumerate((key, other)):
            path.write_text(f"{i}" * 64)
            path.chmod(0o600)
        self.write("settings.yaml", 'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: "hunter2"}\n')
        with self.up("--key-file", f"one={key}") as running:
            running.wait_applied("Secret", "db", "created")
            self.assertEqual(self.check(self.kept)["sealed"], 1)
            running.interrupt()
            self.assertEqual(running.finish(), 0)
        found = self.check(self.kept)
        self.assertEqual((found["sealed"], found["problems"]), (1, []))
        self.assertIn("1 sealed value not looked into", self.store("check", self.kept))
        self.assertNotIn("sealed", self.store("check", "--key-file", f"one={key}", self.kept))
        self.assertIn("does not open it", self.store("check", "--key-file", f"one={other}", self.kept, code=1))
        self.store("backup", self.kept, self.copy)
        self.assertNotIn(b"hunter2", self.copy.read_bytes())
        self.assertIn("does not open it", self.store("restore", "--force", "--key-file", f"one={other}", self.kept, self.copy, code=1))
        self.store("restore", "--force", "--key-file", f"one={key}", self.kept, self.copy)
        with self.up("--key-file", f"one={key}") as running:
            running.wait_applied("Secret", "db", "unchanged")

    def test_what_is_no_store(self):
        self.write("settings.yaml", SETTINGS % "red")
        self.assertIn("No such file", self.store("check", self.folder / "none", code=1))
        self.assertIn("not a SQLite file", self.store("check", self.folder / "settings.yaml", code=1))
        self.assertIn("No such file", self.store("compact", self.folder, code=1))

    def test_usage(self):
        for arguments in ([], ["mend", "x"], ["check"], ["backup", "x"], ["check", "x", "y"], ["--keep", "0", "compact", "x"], ["--nonsense"],
                          ["--output", "csv", "check", "x"], ["--key-file", "b", "check", "x"], ["--key-file", "a=b", "--encryption-config", "c", "check", "x"]):
            self.assertIn("korch store: ", self.store(*arguments, code=2))


if __name__ == "__main__":
    korch.main()
