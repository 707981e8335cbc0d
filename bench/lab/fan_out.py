"""One event for many streams: a resource changes, and all who subscribed are told. Beside it a bare loop of send() over
as many sockets, which is the least that it can cost. They take turns."""

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from lab.benchmark import Benchmark, Run
from lab.comparison import bars_of
from lab.figures import Figure, figure
from lab.idle_clients import QUIET, IdleClients
from lab.processes import Server
from lab.servers import BUILD, bench_server

CLIENTS = 15_000
PUBLISHES = 5  # in a round
SETTLED = 0.05  # seconds; what the server does after the last delivery counts as well

HEADING = ["", "frames/CPU s", "CPU µs/frame", "frames/s", "first client ms", "last client ms", "frame bytes"]


@dataclass
class Round:
    rate: float  # frames a second of server CPU
    cpu_us: float  # server CPU time per frame
    wall_rate: float  # frames a second, until the last client has its own
    first_ms: float
    last_ms: float


@dataclass
class Publisher:
    """A server, and all the clients that it tells."""

    server: Server
    clients: IdleClients
    frame_bytes: int
    rounds: list[Round] = field(default_factory=list)

    def figure(self, name: str) -> Figure:
        return figure([getattr(each, name) for each in self.rounds])

    def as_json(self) -> dict:
        names = "rate", "cpu_us", "wall_rate", "first_ms", "last_ms"
        result = {name: self.figure(name).as_json() for name in names}
        return {**result, "rss_bytes": self.server.rss_bytes(), "frame_bytes": self.frame_bytes}

    def row(self, name: str) -> list[str]:
        cells = [self.figure("rate").short(), self.figure("cpu_us").short(1), self.figure("wall_rate").short()]
        cells += [self.figure("first_ms").short(1), self.figure("last_ms").short(1), f"{self.frame_bytes}"]
        return [name, *cells]


@contextmanager
def send_loop(core: str, frame_bytes: int):
    command = [str(BUILD / "bench" / "send_loop"), str(frame_bytes)]
    with Server("send_loop", command, core) as server:
        yield server, int(server.wait_for(r"listening on 127\.0\.0\.1:(\d+)", 10)[1])


@dataclass
class Used:
    seconds: float = 0


@contextmanager
def settled_cpu(server):
    """What the server uses until the end of the block, and what it does a moment after it."""
    used, before = Used(), server.cpu_time()
    yield used
    time.sleep(SETTLED)
    used.seconds = (server.cpu_time() - before).used


def measure_round(of: Publisher, count: int) -> Round:
    with settled_cpu(of.server) as cpu:
        seen = of.clients.publish(PUBLISHES)
    used = cpu.seconds
    of.server.check_alive()
    last = sum(seen["last_seconds"]) / PUBLISHES
    return Round(
        rate=seen["deliveries"] / used,
        cpu_us=used / seen["deliveries"] * 1e6,
        wall_rate=count / last,
        first_ms=sum(seen["first_seconds"]) / PUBLISHES * 1e3,
        last_ms=last * 1e3,
    )


def measure(run: Run) -> dict:
    count = 150 if run.smoke else CLIENTS
    publishers: dict[str, Publisher] = {}
    with ExitStack() as stack:

        def add(name: str, started, kind: str) -> None:
            server, port = stack.enter_context(started)
            clients = stack.enter_context(IdleClients(port, kind, core=run.cores.load))
            run.say(f"fan-out: {count:,} clients of {name} in {clients.open(count):.1f} s")
            # The first time, buffers grow; it also tells how long a frame is.
            publishers[name] = Publisher(server, clients, clients.publish(1)["bytes"])

        add("sessions", bench_server(run.cores.server, settings=QUIET), "subscribed-session")
        add("listen", bench_server(run.cores.server, settings=QUIET), "subscribed-listen")
        add("send loop", send_loop(run.cores.server, publishers["sessions"].frame_bytes), "plain")
        for number in range(run.rounds):
            for name, each in publishers.items():
                each.rounds.append(measure_round(each, count))
                run.say(f"fan-out {number + 1}/{run.rounds} {name}: {each.rounds[-1].cpu_us:.1f} µs CPU a frame")
        return conclude(publishers, count)


def conclude(publishers: dict[str, Publisher], count: int) -> dict:
    def to_send_loop(name: str) -> dict:
        pairs = zip(publishers[name].rounds, publishers["send loop"].rounds)
        return figure([one.rate / other.rate for one, other in pairs]).as_json()

    return {
        "benchmark": "fan-out",
        "title": f"one event for {count:,} open streams, beside a loop of send(), one core",
        "figures": {
            "rate_to_send_loop": to_send_loop("sessions"),
            "listen_rate_to_send_loop": to_send_loop("listen"),
            "last_ms": publishers["sessions"].figure("last_ms").as_json(),
            "listen_last_ms": publishers["listen"].figure("last_ms").as_json(),
        },
        "table": [HEADING, *(each.row(name) for name, each in publishers.items())],
        "bars": {"unit": "frames a second of server CPU", "values": bars_of(publishers, "rate")},
        "servers": {name: each.as_json() for name, each in publishers.items()},
    }


BENCHMARKS = [Benchmark("fan-out", measure)]
