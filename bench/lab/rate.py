"""How many requests a second one core answers, beside nginx answering with the same bytes.

Servers take turns: A B A B ... Each round gives a rate, a latency, and the CPU time that the server used."""

import time
from dataclasses import dataclass

from lab import mcp, wrk
from lab.figures import Figure, figure, table
from lab.processes import Cores, Invalid, Server, busy_seconds
from lab.servers import nginx, troupe

CONNECTIONS = 32

# Above this share of a round, other processes had a part in the result.
DISTURBED = 0.05


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
    rounds: list[Round]

    def figure(self, name: str) -> Figure:
        return figure([getattr(each, name) for each in self.rounds])

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


def echo_request() -> tuple[str, dict]:
    return "tools/call", {"name": "echo", "arguments": {"message": "Hello from the bench!"}}


def check_echo(result: dict) -> None:
    if result["content"][0]["text"] != "Hello from the bench!" or result.get("isError"):
        raise Invalid(f"this is no echo: {result}")


def check_tools(result: dict) -> None:
    if not any(tool["name"] == "echo" for tool in result["tools"]):
        raise Invalid(f"this list has no tool named echo: {result}")


WORKLOADS = {
    "echo": (echo_request, check_echo),
    "tools-list": (lambda: ("tools/list", {}), check_tools),
}


def prepare(port: int, workload: str) -> wrk.Load:
    """Opens the session that all requests belong to, and learns what the answer has to be."""
    make_request, check_result = WORKLOADS[workload]
    body = mcp.encode_request(*make_request())
    client = mcp.Client(port)
    client.open_session()
    answer = client.post(body)
    check_result(mcp.result_of(answer))
    return wrk.Load(client.headers, body, answer.body, answer.size, CONNECTIONS)


def nginx_load(port: int, like: wrk.Load) -> wrk.Load:
    headers = {**like.headers, "Host": f"127.0.0.1:{port}"}
    answer = mcp.Client(port, headers).post(like.body)
    if answer.status != 200 or answer.body != like.expected_body:
        raise Invalid(f"nginx answers {answer.status} {answer.body[:200]!r}")
    return wrk.Load(headers, like.body, like.expected_body, answer.size, CONNECTIONS)


def measure_round(of: Contender, cores: Cores, seconds: float) -> Round:
    before, load_busy, begun = of.server.cpu_time(), busy_seconds(cores.load), time.monotonic()
    seen = wrk.run(of.load, of.port, cores.load, seconds)
    used = of.server.cpu_time() - before
    elapsed = time.monotonic() - begun
    load_busy = busy_seconds(cores.load) - load_busy
    of.server.check_alive()
    return Round(
        rate=seen.rate,
        cpu_us=used.used / seen.requests * 1e6,
        kernel_us=used.kernel / seen.requests * 1e6,
        server_share=used.used / elapsed,
        waited_share=used.waited / elapsed,
        load_share=seen.cpu_seconds / elapsed,
        load_others_share=max(0, load_busy - seen.cpu_seconds) / elapsed,
        latency_us=seen.latency_us,
    )


def measure(workload: str, cores: Cores, rounds: int, seconds: float, say) -> dict:
    with troupe(cores.server) as (server, port):
        load = prepare(port, workload)
        with nginx(cores.server, load.expected_body.decode()) as (limit, limit_port):
            contenders = {
                "troupe": Contender(server, port, load, []),
                "nginx": Contender(limit, limit_port, nginx_load(limit_port, load), []),
            }
            check_all(contenders, cores)  # also warms up
            for number in range(rounds):
                for name, each in contenders.items():
                    each.rounds.append(measure_round(each, cores, seconds))
                    say(f"{workload} {number + 1}/{rounds} {name}: {each.rounds[-1].rate:,.0f}/s")
            check_all(contenders, cores)
            return conclude(workload, contenders)


def check_all(contenders: dict[str, Contender], cores: Cores) -> None:
    for each in contenders.values():
        wrk.run(each.load, each.port, cores.load, 1, compare_bodies=True)


def conclude(workload: str, contenders: dict[str, Contender]) -> dict:
    ours, limit = contenders["troupe"], contenders["nginx"]
    ratios = [a.rate / b.rate for a, b in zip(ours.rounds, limit.rounds)]
    cpu_ratios = [a.cpu_us / b.cpu_us for a, b in zip(ours.rounds, limit.rounds)]
    return {
        "benchmark": workload,
        "connections": CONNECTIONS,
        "ratio_to_nginx": figure(ratios).as_json(),
        "cpu_ratio_to_nginx": figure(cpu_ratios).as_json(),
        "servers": {name: each.as_json() for name, each in contenders.items()},
    }


def report(result: dict) -> str:
    rows = [["", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "in kernel", "core", "RSS MB"]]
    for name, of in result["servers"].items():
        rows.append(
            [
                name,
                Figure(**of["rate"]).short(),
                Figure(**of["latency_p50_us"]).short(),
                Figure(**of["latency_p99_us"]).short(),
                Figure(**of["cpu_us"]).short(1),
                f"{of['kernel_us']['median']:.1f}",
                f"{of['server_share']['median']:.0%}",
                f"{of['rss_bytes'] / 1e6:.1f}",
            ]
        )
    lines = [f"{result['benchmark']}: one core, {result['connections']} connections", table(rows)]
    lines.append(
        f"  to nginx: rate {Figure(**result['ratio_to_nginx']).text(2)}, "
        f"CPU per request {Figure(**result['cpu_ratio_to_nginx']).text(2)}"
    )
    return "\n".join(lines + remarks(result))


def remarks(result: dict) -> list[str]:
    found = []
    for name, of in result["servers"].items():
        if of["server_share"]["median"] < 0.9 and of["load_share"]["median"] > 0.9:
            found.append(f"  note: wrk, not {name}, was the limit of its rate")
        others = max(of["waited_share"]["median"], of["load_others_share"]["median"])
        if others > DISTURBED:
            found.append(
                f"  note: other processes took {others:.0%} of a core while {name} was measured; "
                "trust CPU per request, not rates"
            )
    return found
