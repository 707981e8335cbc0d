"""Instructions in user space that a request takes, counted by callgrind: nearly the same on a quiet and on a busy
machine. They say nothing about caches and the kernel."""

import base64
import os
import re
import shutil
import signal
import struct
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import mcp, workloads, wrk
from lab.processes import Invalid, Server
from lab.servers import bench_server

CLIENTS = 32

WORKLOADS = {
    "echo": workloads.call(),
    "modern-echo": workloads.call(modern=True),
    "tools-list": workloads.tools_list(),
    "pool": workloads.call(tool="echo_actor"),
    "ws-echo": workloads.call(),
}


def need(command: str, package: str) -> None:
    if not shutil.which(command):
        raise Invalid(f"{command} is missing: apt-get install {package}")


class WebSocket:
    """As mcp.Client, over a WebSocket with a session of its own; for messages below 64 KB."""

    def __init__(self, port: int):
        self.http = mcp.Client(port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /mcp HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: mcp", "", ""]
        self.http.socket.sendall("\r\n".join(lines).encode())
        if b" 101 " not in self.http.read_until(b"\r\n\r\n"):
            raise Invalid("the server does not open a WebSocket")
        client = {"name": "bench", "version": "1"}
        self.send(mcp.encode_request("initialize", {"protocolVersion": mcp.REVISION, "capabilities": {},
                                                    "clientInfo": client}))
        self.receive()
        self.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')

    def send(self, body: bytes) -> None:
        # A mask of zero bytes leaves the payload as it is; the server unmasks all the same.
        head = struct.pack("!BB", 0x81, 0x80 | len(body)) if len(body) < 126 else \
            struct.pack("!BBH", 0x81, 0x80 | 126, len(body))
        self.http.socket.sendall(head + bytes(4) + body)

    def receive(self) -> bytes:
        size = self.http.read_exactly(2)[1]
        if size == 126:
            size = struct.unpack("!H", self.http.read_exactly(2))[0]
        return self.http.read_exactly(size)

    def close(self) -> None:
        self.http.socket.close()


class Http(mcp.Client):
    def receive(self) -> bytes:
        return super().receive().body

    def close(self) -> None:
        self.socket.close()


@dataclass
class Count:
    per_request: float
    requests: int
    profile: Path  # what callgrind_annotate reads


class CountedServer:
    """Troupe under callgrind, which counts only while it is told to."""

    def __init__(self, server: Server, port: int, folder: Path):
        self.server, self.port, self.folder = server, port, folder

    def count(self, workload: str, requests: int) -> Count:
        load = workloads.prepare(self.port, WORKLOADS[workload])
        if workload == "ws-echo":
            clients = [WebSocket(self.port) for _ in range(CLIENTS)]
        else:
            clients = [Http(self.port, load.headers) for _ in range(CLIENTS)]
        calls = [(client, *with_id(load, number)) for number, client in enumerate(clients)]
        rounds = max(1, requests // CLIENTS)
        self.exchange(calls, 20)
        for old in self.folder.glob("callgrind.out*"):
            old.unlink()
        self.control("--instr=on")
        self.control("--zero")
        self.exchange(calls, rounds)
        self.control("--dump")
        self.control("--instr=off")
        for client in clients:
            client.close()
        profile = newest_dump(self.folder)
        return Count(total_of(profile) / (rounds * CLIENTS), rounds * CLIENTS, profile)

    def exchange(self, calls: list, rounds: int) -> None:
        """The server stands still until all have sent, so that it always finds the same bunch of requests, as under
        load."""
        for _ in range(rounds):
            self.server.process.send_signal(signal.SIGSTOP)
            for client, body, _ in calls:
                client.send(body)
            self.server.process.send_signal(signal.SIGCONT)
            for client, _, expected in calls:
                if client.receive() != expected:
                    raise Invalid("a wrong answer")

    def control(self, *options: str) -> None:
        command = ["callgrind_control", *options, str(self.server.pid)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0 or "Error" in done.stdout:
            raise Invalid(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")


def with_id(load: wrk.Load, number: int) -> tuple[bytes, bytes]:
    """Request and answer with an id of its own: the requests of a session overlap."""
    first, wanted = f'"id":{mcp.FIRST_ID}'.encode(), f'"id":{mcp.FIRST_ID + number}'.encode()
    return load.body.replace(first, wanted, 1), load.expected_body.replace(first, wanted, 1)


@contextmanager
def counted_server(folder: Path):
    need("callgrind_control", "valgrind")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--compress-strings=yes"]
    command.append(f"--callgrind-out-file={folder / 'callgrind.out'}")
    with bench_server(None, before=tuple(command), seconds=120) as (server, port):
        yield CountedServer(server, port, folder)
        server.terminate(60)


def newest_dump(folder: Path) -> Path:
    return max(folder.glob("callgrind.out*"), key=lambda path: path.stat().st_mtime_ns)


def total_of(profile: Path) -> int:
    found = re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.MULTILINE)
    if not found:
        raise Invalid(f"{profile} has no total")
    return int(found[1])
