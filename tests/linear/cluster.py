"""Three etcd members on ports of the loopback that reach each other through proxies, which the test can cut: each member tells the others its proxy's
address for its own, and says in each request who it is. Members can be killed, brought back with their data, and stopped."""
import asyncio
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import urllib.request

HEAD_MAX = 1 << 16
CHUNK = 1 << 16
SERVES_WITHIN = 120 * float(os.environ.get("KORCH_TEST_PATIENCE", "1"))


def reserved_port():
    """A port that stays ours: etcd may listen on it, as both have SO_REUSEADDR and this socket does not listen; nobody gets it by chance."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


class Links:
    """Proxies in front of all members' peer ports, on a thread of their own; whether what one sends reaches another."""

    def __init__(self, n):
        self.n = n
        self.loop = asyncio.new_event_loop()
        self.names = {}  # port of a proxy to its member
        self.ports = []
        self.targets = [None] * n
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.do(self.open())

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def open(self):
        self.gates = {(a, b): asyncio.Event() for a in range(self.n) for b in range(self.n)}
        for gate in self.gates.values():
            gate.set()
        self.connections = set()
        self.servers = []
        for i in range(self.n):
            server = await asyncio.start_server(lambda r, w, i=i: self.serve(i, r, w), "127.0.0.1", 0)
            self.servers.append(server)
            self.ports.append(server.sockets[0].getsockname()[1])
            self.names[self.ports[i]] = i

    async def serve(self, to, reader, writer):
        """One connection; the first request's head says whose it is."""
        self.connections.add(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            told = re.search(rb"(?i)\r\nX-PeerURLs:[^\r]*:(\d+)", head)
            # Questions without a name come from members that only begin.
            sender = self.names.get(int(told[1]), to) if told else to
            await self.gates[sender, to].wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.targets[to])
            self.connections.add(far_writer)
            far_writer.write(head)
            await asyncio.gather(self.pass_on(reader, far_writer, self.gates[sender, to]), self.pass_on(far_reader, writer, self.gates[to, sender]))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def pass_on(self, reader, writer, gate):
        try:
            while data := await reader.read(CHUNK):
                await gate.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
            self.connections.discard(writer)

    async def set_gates(self, wanted, is_reset):
        for at, gate in self.gates.items():
            if wanted(*at):
                gate.set()
            else:
                gate.clear()
        if is_reset:
            for writer in list(self.connections):
                writer.transport.abort()
            self.connections.clear()

    def cut(self, *alone):
        """Nothing passes between these members and the others; connections stay, and are silent."""
        self.do(self.set_gates(lambda a, b: (a in alone) == (b in alone), is_reset=False))

    def cut_sending(self, member):
        """What a member sends does not arrive; what it is sent does."""
        self.do(self.set_gates(lambda a, b: a != member or b == member, is_reset=False))

    def mend(self, is_reset):
        """What was held back is lost with its connections, or comes late."""
        self.do(self.set_gates(lambda a, b: True, is_reset))

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


class Member:
    def __init__(self, folder, name, peer_url):
        self.folder, self.name, self.peer_url = folder, name, peer_url
        self.holders = [reserved_port(), reserved_port()]
        self.port, self.peer_port = self.holders[0][1], self.holders[1][1]
        self.process = None

    def run(self, cluster):
        """Starts it; wait() waits until it serves, which takes a majority."""
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind("")
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.peer_port}"
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                # It ends with the test, however that ends.
                ["setpriv", "--pdeathsig", "KILL", "etcd", "--name", self.name, "--data-dir", self.folder / self.name, "--listen-client-urls", client, "--advertise-client-urls", client,
                 "--listen-peer-urls", peer, "--initial-advertise-peer-urls", self.peer_url, "--initial-cluster", cluster, "--logger", "zap"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "NOTIFY_SOCKET": "@" + self.notify.getsockname()[1:].decode()})

    def wait(self):
        self.notify.settimeout(SERVES_WITHIN)
        self.notify.recv(64)
        self.notify.close()

    def signal(self, what):
        self.process.send_signal(what)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def leads(self):
        """Whether it says of itself that it leads; False also when it says nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v3/maintenance/status", data=b"{}", timeout=2) as answer:
                status = json.load(answer)
                return status.get("leader") == status["header"]["member_id"]
        except OSError:
            return False


class Cluster:
    def __init__(self, n=3):
        shared = pathlib.Path("/dev/shm")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="korch-cluster-", dir=shared if os.access(shared, os.W_OK) else None))
        self.links = Links(n)
        self.members = [Member(self.folder, f"m{i}", f"http://127.0.0.1:{port}") for i, port in enumerate(self.links.ports)]
        self.links.targets = [member.peer_port for member in self.members]
        self.described = ",".join(f"{member.name}={member.peer_url}" for member in self.members)
        for member in self.members:
            member.run(self.described)
        for member in self.members:
            member.wait()

    def url(self, first=0):
        ports = [member.port for member in self.members]
        return "etcd://" + ",".join(f"127.0.0.1:{port}" for port in ports[first:] + ports[:first]) + "/linear"

    def leader(self):
        """The member that leads, None when none says so."""
        return next((i for i, member in enumerate(self.members) if member.leads()), None)

    def restart(self, i):
        self.members[i].run(self.described)
        self.members[i].wait()

    def stop(self):
        for member in self.members:
            if member.process and member.process.poll() is None:
                member.signal(signal.SIGCONT)
                member.kill()
            for holder, _ in member.holders:
                holder.close()
        self.links.close()
        shutil.rmtree(self.folder, ignore_errors=True)
