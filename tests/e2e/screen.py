"""A terminal for tests: a pty whose other end runs korch, and the screen that its output paints (the few sequences that korch uses)."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

import korch

SEQUENCE = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Screen:
    """What is seen. Unknown sequences fail: then korch uses more than this knows."""

    def __init__(self, columns, lines):
        self.resize(columns, lines)
        self.rest = b""
        self.modes = {25: True, 7: True}

    def resize(self, columns, lines):
        self.columns, self.lines = columns, lines
        self.cells = [[" "] * columns for _ in range(lines)]
        self.x = self.y = 0

    def put(self, character):
        if self.x >= self.columns:
            if self.modes[7]:
                raise AssertionError("a line was wrapped")
            self.x = self.columns - 1
        self.cells[self.y][self.x] = character
        self.x += 1

    def line_feed(self):
        if self.y + 1 < self.lines:
            self.y += 1
            return
        self.cells = self.cells[1:] + [[" "] * self.columns]

    def sequence(self, private, numbers, final):
        count = int(numbers.split(";")[0] or 0) if numbers else 0
        if private:
            for mode in numbers.split(";"):
                self.modes[int(mode)] = final == "h"
        elif final == "A":
            self.y = max(0, self.y - max(1, count))
        elif final == "H":
            self.x = self.y = 0
        elif final == "K":
            self.cells[self.y][self.x:] = [" "] * (self.columns - self.x)
        elif final == "J":
            self.cells[self.y][self.x:] = [" "] * (self.columns - self.x)
            for line in self.cells[self.y + 1:]:
                line[:] = [" "] * self.columns
        elif final != "m":
            raise AssertionError(f"unknown sequence {final!r}")

    def feed(self, data):
        data = self.rest + data
        at = 0
        while at < len(data):
            byte = data[at]
            length = 1 if byte < 0x80 else 2 if byte < 0xe0 else 3 if byte < 0xf0 else 4
            found = SEQUENCE.match(data, at) if byte == 0x1b else None
            if at + length > len(data) or (byte == 0x1b and not found):
                break
            if found:
                self.sequence(found[1], found[2].decode(), found[3].decode())
                at = found.end()
                continue
            if byte == 13:
                self.x = 0
            elif byte == 10:
                self.line_feed()
            else:
                self.put(data[at:at + length].decode())
            at += length
        self.rest = data[at:]

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.cells).rstrip()


class Terminal:
    """korch with a terminal of its own."""

    def __init__(self, *arguments, state, columns=100, lines=30):
        self.screen = Screen(columns, lines)
        self.lock = threading.Lock()
        self.failure = None
        self.master, self.slave = pty.openpty()
        self.set_size(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen([korch.PROGRAM, "up", *map(str, arguments)], stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
                                        env={**os.environ, "TERM": "xterm", "KORCH_STATE": str(state)})
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def set_size(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns, lines):
        with self.lock:
            self.screen.resize(columns, lines)
            self.set_size(columns, lines)

    def read(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            with self.lock:
                try:
                    self.screen.feed(data)
                except AssertionError as error:
                    self.failure = error

    def text(self):
        if self.failure:
            raise self.failure
        with self.lock:
            return self.screen.text()

    def wait(self, pattern, what=None):
        """Waits until the screen matches; returns the match."""
        return korch.wait_until(lambda: re.search(pattern, self.text(), re.M), lambda: f"{what or pattern}; the screen:\n{self.text()}")

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self):
        code = self.process.wait(korch.PATIENCE)
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in (self.master, self.slave):
            os.close(fd)
