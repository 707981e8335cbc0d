"""Several nodes on one core: what a call costs that arrives at another node than its session's, beside the same call on
that node, and an event that is told to the listeners of three nodes, beside those of one. They take turns."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from lab.benchmark import Benchmark, Run
from lab.comparison import remarks
from lab.contender import Contender, take_turns
from lab.fan_out import settled_cpu
from lab.figures import Figure, figure
from lab.idle_clients import QUIET, IdleClients
from lab.latency import Target, run_open_loop
from lab.mcp import Client, result_of
from lab.processes import CpuTime, Invalid, Server
from lab.servers import bench_server
from lab.workloads import CONNECTIONS, IDS, call, prepare, same_request

LISTENERS = 10_000  # in all
OFFERED = 1_000  # calls a second: no call waits for another
PUBLISHES = 5  # in a round
JOINED_SECONDS = 10


@dataclass
class Nodes:
    """Several servers as one: what they use counts together."""

    servers: list[Server]
    ports: list[int]

    def cpu_time(self) -> CpuTime:
        each = [server.cpu_time() for server in self.servers]
        return CpuTime(*(sum(getattr(one, name) for one in each) for name in ("used", "waited", "kernel")))

    def rss_bytes(self) -> int:
        return sum(server.rss_bytes() for server in self.servers)

    def check_alive(self) -> None:
        for server in self.servers:
            server.check_alive()


@contextmanager
def cluster(core: str, size: int, settings: dict | None = None):
    """As many nodes, all of them connected."""
    nodes, seeds = Nodes([], []), []
    with ExitStack() as stack:
        for number in range(1, size + 1):
            own = {"name": "bench", "node": f"node-{number}", "port": 0, "secret": "of the benchmark alone",
                   "seeds": list(seeds)}
            server, port = stack.enter_context(bench_server(core, settings={**(settings or {}), "cluster": own}))
            found = server.wait_for(r"cluster \S+: node \S+ number=\S+ on (\S+:\d+)", JOINED_SECONDS)
            nodes.servers.append(server)
            nodes.ports.append(port)
            seeds.append(found[1])
        for server in nodes.servers if size > 1 else []:
            server.wait_for(rf"node joined .* nodes={size}\b", JOINED_SECONDS)
        yield nodes


# -- calls -------------------------------------------------------------------------------------------------


@dataclass
class Spaced:
    """Calls that do not wait for each other."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    cpu_us: list[float] = field(default_factory=list)

    def add(self, of: Contender, run: Run) -> None:
        before = of.server.cpu_time()
        seen = run_open_loop(Target(of.server, of.port, of.load), run.cores.load, OFFERED, run.seconds)
        used = (of.server.cpu_time() - before).used
        self.cpu_us.append(used / seen["requests"] * 1e6)
        for name in "p50", "p99":
            self.latencies.setdefault(name, []).append(seen["latency_us"][name])


def measure_calls(run: Run) -> tuple[dict[str, Contender], dict[str, Spaced], dict]:
    with cluster(run.cores.server, 2) as nodes:
        owner, other = nodes.ports
        # The node that is not asked does nothing: what both use is right for both.
        local = Contender(nodes, owner, prepare(owner, call(), IDS))
        forwarded = same_request(other, local.load, "the other node")
        forwarded.ids = IDS
        contenders = {"local": local, "forwarded": Contender(nodes, other, forwarded)}
        take_turns("cluster", contenders, run)
        spaced = {who: Spaced() for who in contenders}
        for number in range(run.rounds):
            for who, each in contenders.items():
                spaced[who].add(each, run)
                run.say(f"cluster {number + 1}/{run.rounds} {who}: p50 {spaced[who].latencies['p50'][-1]:,.0f} µs "
                        f"at {OFFERED:,}/s")
        check_forwarded(nodes)
        return contenders, spaced, {who: each.as_json() for who, each in contenders.items()}


def status_of(port: int) -> dict:
    client = Client(port)
    answer = client.post(client.use_modern("tools/call", {"name": "server_status", "arguments": {}}))
    client.socket.close()
    return result_of(answer)["structuredContent"]


def check_forwarded(nodes: Nodes) -> None:
    """Had the other node answered itself, nothing would have been compared."""
    sessions = [status_of(port)["sessions"] for port in nodes.ports]
    if sessions != [1, 0]:
        raise Invalid(f"the nodes have {sessions} sessions instead of one on the first")


# -- events ------------------------------------------------------------------------------------------------


@dataclass
class Listeners:
    """The nodes of one side, and their listeners: a program for each node."""

    nodes: Nodes
    clients: list[IdleClients]
    count: int
    cpu_us: list[float] = field(default_factory=list)  # of all nodes, per delivery
    last_ms: list[float] = field(default_factory=list)  # until the last listener was told

    def publish(self) -> float:
        """Told on the first node; milliseconds until the last of all knows."""
        first, *others = self.clients
        for each in others:
            each.tell("hear")
        told = first.tell("publish 1")
        ends = [told["called_at_ns"][0] + told["last_seconds"][0] * 1e9]
        ends += [each.tell("heard")["last_at_ns"] for each in others]
        return (max(ends) - told["called_at_ns"][0]) / 1e6

    def measure_round(self) -> None:
        with settled_cpu(self.nodes) as used:
            self.last_ms.append(sum(self.publish() for _ in range(PUBLISHES)) / PUBLISHES)
        self.cpu_us.append(used.seconds / (PUBLISHES * self.count) * 1e6)


def measure_events(run: Run) -> dict[str, Listeners]:
    count = 150 if run.smoke else LISTENERS
    sides: dict[str, Listeners] = {}
    with ExitStack() as stack:
        for name, size in ("one", 1), ("three", 3):
            nodes = stack.enter_context(cluster(run.cores.server, size, QUIET))
            clients = []
            for number, port in enumerate(nodes.ports):
                pool = stack.enter_context(IdleClients(port, "subscribed-listen", core=run.cores.load))
                pool.open(count // size + (number < count % size))
                clients.append(pool)
            sides[name] = Listeners(nodes, clients, count)
            sides[name].publish()  # the first time, buffers grow
            run.say(f"cluster: {count:,} listeners on {size} nodes")
        for number in range(run.rounds):
            for name, each in sides.items():
                each.measure_round()
                run.say(f"cluster {number + 1}/{run.rounds} events, {name}: {each.cpu_us[-1]:.2f} µs CPU a frame")
        for each in sides.values():
            each.nodes.check_alive()
    return sides


# -- the result --------------------------------------------------------------------------------------------


def ratios(of: list[float], to: list[float]) -> Figure:
    return figure([one / other for one, other in zip(of, to)])


def row(name: str, one: list[float], many: list[float], digits: int = 0) -> list[str]:
    """A line of the table: both figures, and the second by the first."""
    return [name, figure(one).short(digits), figure(many).short(digits), ratios(many, one).text(2)]


def measure(run: Run) -> dict:
    calls, spaced, servers = measure_calls(run)
    events = measure_events(run)
    local, forwarded = calls["local"], calls["forwarded"]
    alone, across = spaced["local"], spaced["forwarded"]
    added = [one - other for one, other in zip(across.latencies["p50"], alone.latencies["p50"])]
    cpu = ratios(forwarded.values("cpu_us"), local.values("cpu_us"))
    listeners = events["one"].count
    return {
        "benchmark": "cluster",
        "title": f"calls that are forwarded to the node of their session, over {CONNECTIONS} connections, and events for "
                 f"{listeners:,} listeners on three nodes; all nodes on one core",
        "figures": {
            "added_p50_us": figure(added).as_json(),
            "cpu_to_local": cpu.as_json(),
            "fan_out_cpu_to_one": ratios(events["three"].cpu_us, events["one"].cpu_us).as_json(),
        },
        "table": [
            ["", "one node", "over nodes", "ratio"],
            row("requests/s", local.values("rate"), forwarded.values("rate")),
            row("CPU µs/request, all nodes", local.values("cpu_us"), forwarded.values("cpu_us"), 1),
            row(f"the same at {OFFERED:,}/s", alone.cpu_us, across.cpu_us, 1),
            row(f"p50 µs at {OFFERED:,}/s", alone.latencies["p50"], across.latencies["p50"]),
            row(f"p99 µs at {OFFERED:,}/s", alone.latencies["p99"], across.latencies["p99"]),
            row("event: CPU µs/frame, all nodes", events["one"].cpu_us, events["three"].cpu_us, 2),
            row("event: last listener ms", events["one"].last_ms, events["three"].last_ms, 1),
        ],
        "bars": {
            "unit": "µs CPU per request",
            "values": [{"label": who, "peer": False, **each.figure("cpu_us").bar()} for who, each in calls.items()],
        },
        "notes": remarks(servers),
        "servers": servers,
    }


BENCHMARKS = [Benchmark("cluster", measure)]
