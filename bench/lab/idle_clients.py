"""Clients that are held at rest by a program of their own, idle_clients, which is told what to do."""

import json
import subprocess

from lab.processes import Invalid
from lab.servers import BUILD

# Nothing is sent to a client at rest: else a server with many would never come to rest. What is sent then
# leaves no memory behind. And clients that have to wait for a core have time to answer a close frame.
QUIET = {
    "streams": {"keep_alive_ms": 3_600_000},
    "websocket": {"ping_interval_ms": 3_600_000, "close_timeout_ms": 30_000},
    "timeouts": {"keep_alive_timeout_ms": 3_600_000},
}


class IdleClients:
    """Up to 19,000 clients of one kind and of one server; kinds are those of idle_clients.cpp."""

    def __init__(self, port: int, kind: str, tls: bool = False, core: int | None = None):
        command = [] if core is None else ["taskset", "-c", str(core)]
        command += [str(BUILD / "bench/idle_clients"), str(port), kind, *(["tls"] if tls else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def tell(self, command: str) -> dict:
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and says why
        line = self.process.stdout.readline()
        if not line:
            raise Invalid(f"{command}: {self.process.stderr.read().strip() or 'idle_clients ended'}")
        return json.loads(line)

    def open(self, count: int, rest: bool = True) -> float:
        """Until `count` are open, and nothing happens any more (within 10 seconds, unless `rest` is false); gives the
        seconds that opening took. What is already open stays so, or it is invalid."""
        answer = self.tell(f"open {count}")
        if answer["open"] != count:
            raise Invalid(f"{answer['open']} clients are open instead of {count}")
        if rest and not answer["rest"]:
            raise Invalid(f"the server does not come to rest with {count} clients")
        return answer["seconds"]

    def publish(self, times: int) -> dict:
        return self.tell(f"publish {times}")

    def end(self) -> int:
        """Until the server has closed all; gives how many ended as they should."""
        return self.tell("end")["properly"]

    def __enter__(self) -> "IdleClients":
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
