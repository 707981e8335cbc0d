"""How long a call takes while the server is at half of what it can do, seen by clients that do not wait for each other
(open_loop.cpp). nginx with the same bytes takes turns with it, at half of what nginx can do."""

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from lab import wrk
from lab.benchmark import Benchmark, Run
from lab.comparison import DISTURBED
from lab.figures import Figure, figure
from lab.peers import nginx
from lab.processes import Invalid, Server
from lab.servers import BUILD, troupe
from lab.workloads import call, prepare, same_request

CONNECTIONS = 64
PART_OF_CAPACITY = 0.5
CAPACITY_ROUNDS = 3
PERCENTILES = "p50", "p99", "p99.9"

HEADING = ["", "capacity/s", "offered/s", "p50 µs", "p99 µs", "p99.9 µs", "max µs", "core", "lag p99.9 µs"]


@dataclass
class Round:
    offered: float  # requests a second
    latency_us: dict[str, float]
    lag_us: dict[str, float]  # from when a request was due until it was sent
    server_share: float  # of its core
    waited_share: float  # of the round, the server could have run but another process did


@dataclass
class Target:
    server: Server
    port: int
    load: wrk.Load
    capacities: list[float] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    def latency(self, percentile: str) -> Figure:
        return figure([each.latency_us[percentile] for each in self.rounds])

    def figure(self, name: str) -> Figure:
        return figure([getattr(each, name) for each in self.rounds])

    def lag(self) -> Figure:
        return figure([each.lag_us["p99.9"] for each in self.rounds])

    def as_json(self) -> dict:
        result = {"capacity": figure(self.capacities).as_json(), "lag_p99.9_us": self.lag().as_json()}
        for name in "offered", "server_share", "waited_share":
            result[name] = self.figure(name).as_json()
        for name in (*PERCENTILES, "max"):
            result[f"latency_{name}_us"] = self.latency(name).as_json()
        return result

    def row(self, name: str) -> list[str]:
        cells = [figure(self.capacities).short(), f"{self.figure('offered').median:,.0f}"]
        cells += [self.latency(which).short() for which in (*PERCENTILES, "max")]
        return [name, *cells, f"{self.figure('server_share').median:.0%}", self.lag().short()]


def request_bytes(load: wrk.Load) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in load.headers.items())
    head = f"POST /mcp HTTP/1.1\r\n{lines}Content-Length: {len(load.body)}\r\n\r\n"
    return head.encode() + load.body


def run_open_loop(of: Target, core: str, offered: float, seconds: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="bench-open-loop-") as folder:
        request, expected = Path(folder, "request"), Path(folder, "expected")
        request.write_bytes(request_bytes(of.load))
        expected.write_bytes(of.load.expected_body)
        command = ["taskset", "-c", core, str(BUILD / "bench" / "open_loop"), str(of.port)]
        command += [f"{offered:.1f}", str(seconds), str(CONNECTIONS), str(request), str(expected)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Invalid(f"{done.stderr.strip()} (open_loop ended with {done.returncode})")
    return json.loads(done.stdout)


def measure_round(of: Target, run: Run) -> Round:
    offered = median(of.capacities) * PART_OF_CAPACITY
    before = of.server.cpu_time()
    seen = run_open_loop(of, run.cores.load, offered, run.seconds)
    used, elapsed = of.server.cpu_time() - before, seen["duration_us"] / 1e6
    of.server.check_alive()
    return Round(offered, seen["latency_us"], seen["lag_us"], used.used / elapsed, used.waited / elapsed)


def measure(run: Run) -> dict:
    with troupe(run.cores.server) as (server, port):
        ours = Target(server, port, prepare(port, call()))
        with nginx(run.cores.server, ours.load.expected_body.decode()) as (limit, limit_port):
            targets = {"troupe": ours, "nginx": Target(limit, limit_port, same_request(limit_port, ours.load, "nginx"))}
            for _ in range(1 if run.smoke else CAPACITY_ROUNDS):
                for name, each in targets.items():
                    seen = wrk.run(each.load, each.port, run.cores.load, run.seconds)
                    each.capacities.append(seen.rate)
                    run.say(f"latency: {name} can do {seen.rate:,.0f}/s")
            for number in range(run.rounds):
                for name, each in targets.items():
                    each.rounds.append(measure_round(each, run))
                    p999 = each.rounds[-1].latency_us["p99.9"]
                    run.say(f"latency {number + 1}/{run.rounds} {name}: p99.9 {p999:,.0f} µs")
            return conclude(targets)


def conclude(targets: dict[str, Target]) -> dict:
    ours, limit = targets["troupe"].rounds, targets["nginx"].rounds
    figures = {}
    for name in PERCENTILES:
        ratios = [one.latency_us[name] / other.latency_us[name] for one, other in zip(ours, limit)]
        figures[f"{name.replace('.', '_')}_to_nginx"] = figure(ratios).as_json()
    bars = [{"label": f"{who} {name}", "peer": who == "nginx", **each.latency(name).bar()}
            for name in PERCENTILES for who, each in targets.items()]
    return {
        "benchmark": "latency",
        "title": f"echo at {PART_OF_CAPACITY:.0%} of what each server can do, open loop, {CONNECTIONS} connections, "
                 "one core",
        "figures": figures,
        "table": [HEADING, *(each.row(who) for who, each in targets.items())],
        "bars": {"unit": "µs from when a request was due to its answer", "values": bars},
        "notes": remarks(targets),
        "servers": {who: each.as_json() for who, each in targets.items()},
    }


def remarks(targets: dict[str, Target]) -> list[str]:
    found = []
    for who, each in targets.items():
        waited = each.figure("waited_share").median
        if waited > DISTURBED:
            found.append(f"other processes took {waited:.0%} of the core of {who}: the latencies are theirs as well")
        if each.lag().median > each.latency("p99").median / 2:
            found.append(f"requests to {who} were sent late: the load had too little of its core, or the server stood still")
    return found


BENCHMARKS = [Benchmark("latency", measure)]
