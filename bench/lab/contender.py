"""A server in a comparison. Servers take turns, A B C A B C ..., so that a slow minute of the machine meets all of
them. Each round gives a rate, a latency, and the CPU time that the server used."""

import time
from dataclasses import dataclass, field

from lab import websocket, wrk
from lab.benchmark import Run
from lab.figures import Figure, figure
from lab.processes import Cores, Server, busy_seconds


@dataclass
class Round:
    rate: float
    cpu_us: float  # server CPU time per request
    kernel_us: float  # of that, in the kernel
    server_share: float  # of its core, used by the server
    waited_share: float  # of the round, the server could have run but another process did
    load_share: float  # of its core, used by wrk
    load_others_share: float  # of wrk's core, used by others
    latency_us: dict[str, float]


@dataclass
class Contender:
    server: Server
    port: int
    load: wrk.Load
    rounds: list[Round] = field(default_factory=list)

    def send(self, cores: Cores, seconds: float, compare_bodies: bool = False) -> wrk.Seen:
        """Loads the server for so long; raises Invalid unless every answer was right."""
        client = websocket if isinstance(self.load, websocket.Load) else wrk
        return client.run(self.load, self.port, cores.load, seconds, compare_bodies)

    def values(self, name: str) -> list[float]:
        return [getattr(each, name) for each in self.rounds]

    def figure(self, name: str) -> Figure:
        return figure(self.values(name))

    def as_json(self) -> dict:
        names = ["rate", "cpu_us", "kernel_us", "server_share", "waited_share", "load_share"]
        names.append("load_others_share")
        result = {name: self.figure(name).as_json() for name in names}
        for name in self.rounds[0].latency_us:
            values = [each.latency_us[name] for each in self.rounds]
            result[f"latency_{name}_us"] = figure(values).as_json()
        result["rss_bytes"] = self.server.rss_bytes()
        result["response_bytes"] = self.load.response_bytes
        return result


Contenders = dict[str, Contender]


def measure_round(of: Contender, cores: Cores, seconds: float, compare_bodies: bool = False) -> Round:
    before, load_busy, begun = of.server.cpu_time(), busy_seconds(cores.load), time.monotonic()
    seen = of.send(cores, seconds, compare_bodies)
    used = of.server.cpu_time() - before
    elapsed = time.monotonic() - begun
    others = busy_seconds(cores.load) - load_busy - seen.cpu_seconds
    if cores.load == cores.server:
        others -= used.used
    of.server.check_alive()
    return Round(
        rate=seen.rate,
        cpu_us=used.used / seen.requests * 1e6,
        kernel_us=used.kernel / seen.requests * 1e6,
        server_share=used.used / elapsed,
        waited_share=used.waited / elapsed,
        load_share=seen.cpu_seconds / elapsed,
        load_others_share=max(0, others) / elapsed,
        latency_us=seen.latency_us,
    )


def take_turns(name: str, contenders: Contenders, run: Run) -> None:
    if not run.smoke:
        check_all(contenders, run.cores)  # which warms up, too
    for number in range(run.rounds):
        for who, each in contenders.items():
            each.rounds.append(measure_round(each, run.cores, run.seconds, run.smoke))
            last = each.rounds[-1]
            run.say(f"{name} {number + 1}/{run.rounds} {who}: {last.rate:,.0f}/s, "
                    f"{last.cpu_us:.1f} µs CPU each")
    if not run.smoke:
        check_all(contenders, run.cores)


def check_all(contenders: Contenders, cores: Cores) -> None:
    for each in contenders.values():
        each.send(cores, 1, compare_bodies=True)
