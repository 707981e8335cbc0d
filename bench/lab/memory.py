"""What a client at rest costs in server memory, and how long the server takes to end with all of them open. The slope
between two numbers of clients, so that what a process costs anyway does not count; each repetition has a server of its
own."""

from dataclasses import dataclass
from functools import partial

from lab.benchmark import Benchmark, Run
from lab.figures import figure
from lab.idle_clients import QUIET, IdleClients
from lab.processes import Invalid
from lab.servers import troupe

DRAIN_LIMIT = 40


@dataclass(frozen=True)
class Kind:
    client: str  # as idle_clients names it
    tls: bool
    about: str


KINDS = {
    "memory": Kind("session", False, "idle legacy sessions, each with an open GET stream on its connection"),
    "memory-listen": Kind("listen", False, "idle streams of subscriptions/listen, without sessions"),
    "memory-websocket": Kind("websocket", False, "idle WebSockets, each with a legacy session"),
    "memory-keep-alive": Kind("keep-alive", False, "idle connections, after one tools/call of 2026-07-28"),
    "memory-tls": Kind("session", True, "idle legacy sessions, each with a GET stream, over TLS 1.3 (P-256)"),
    "memory-listen-tls": Kind("listen", True, "idle streams of subscriptions/listen over TLS 1.3"),
    "memory-websocket-tls": Kind("websocket", True, "idle WebSockets over TLS 1.3"),
    "memory-keep-alive-tls": Kind("keep-alive", True, "idle connections over TLS 1.3"),
}


def measure_once(levels: list[int], kind: Kind) -> dict:
    with troupe(core=None, tls=kind.tls, settings=QUIET) as (server, port):
        idle_rss = server.rss_bytes()
        rss_bytes = []
        with IdleClients(port, kind.client, kind.tls) as clients:
            for level in levels:
                clients.open(level)
                rss_bytes.append(server.rss_bytes())
            drain_seconds = drain(server, clients, levels[-1])
    return {
        "bytes_each": (rss_bytes[-1] - rss_bytes[0]) / (levels[-1] - levels[0]),
        "idle_rss": idle_rss,
        "rss_bytes": rss_bytes,
        "drain_seconds": drain_seconds,
    }


def drain(server, clients: IdleClients, count: int) -> float:
    """SIGTERM with `count` clients: how long until the process has ended. Each must be ended as it should."""
    seconds, code = server.terminate(DRAIN_LIMIT)
    properly = clients.end()
    if code != 0:
        raise Invalid(f"the server ended with {code} instead of 0 after {seconds:.1f} s")
    if properly != count:
        raise Invalid(f"of {count} clients {properly} were ended properly")
    return seconds


def measure(name: str, run: Run) -> dict:
    kind, levels = KINDS[name], list(run.levels)
    if len(levels) < 2 or levels != sorted(set(levels)):
        raise Invalid("--sessions needs two numbers or more, ascending: 2000,18000")
    # 18,000 handshakes take half a minute, and repetitions have differed by less than a thousandth.
    repeat = 1 if kind.tls else run.repeat
    runs = []
    for number in range(repeat):
        runs.append(measure_once(levels, kind))
        run.say(f"{name} {number + 1}/{repeat}: {runs[-1]['bytes_each']:,.0f} bytes each")
    kib = figure([one["bytes_each"] / 1024 for one in runs])
    seconds = figure([one["drain_seconds"] for one in runs])
    rss = {"none": figure([one["idle_rss"] / 1e6 for one in runs])}
    for at, level in enumerate(levels):
        rss[f"{level:,} of them"] = figure([one["rss_bytes"][at] / 1e6 for one in runs])
    rows = [[label, each.text(1)] for label, each in rss.items()]
    return {
        "benchmark": name,
        "title": kind.about,
        "figures": {"kib_each": kib.as_json(), "drain_seconds": seconds.as_json()},
        "table": [["", "server RSS MB"], *rows, ["each, KiB", kib.text(2)]],
        "bars": {"unit": "MB of server RSS", "values": [{"label": label, **each.bar()} for label, each in rss.items()]},
        "notes": [f"drain with {levels[-1]:,}: {seconds.text(2)} s"],
        "runs": runs,
    }


BENCHMARKS = [Benchmark(name, partial(measure, name)) for name in KINDS]
