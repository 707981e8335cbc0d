"""How many requests a second one core answers, and what a request costs it, beside other servers."""

from contextlib import ExitStack
from dataclasses import replace

from lab import peers, websocket
from lab.benchmark import Benchmark, Run
from lab.comparison import Ratio, conclude
from lab.contender import Contender, Contenders, take_turns
from lab.servers import bench_server, troupe
from lab.workloads import CONNECTIONS, IDS, Workload, call, prepare, same_request, text_of, tools_list

ECHO = call()
MODERN_ECHO = call(modern=True)

TO_NGINX = [
    Ratio("rate_to_nginx", "rate", "troupe", "nginx"),
    Ratio("cpu_to_nginx", "cpu_us", "troupe", "nginx"),
]
TO_PEERS = [
    *TO_NGINX,
    Ratio("rate_to_typescript", "rate", "troupe", "typescript"),
    Ratio("cpu_to_bare", "cpu_us", "troupe", "bare beast"),
]


def start(stack: ExitStack, server, workload: Workload, ids: int = 1) -> Contender:
    process, port = stack.enter_context(server)
    return Contender(process, port, prepare(port, workload, ids))


def start_alike(stack: ExitStack, name: str, server, like: Contender) -> Contender:
    """A server that answers the request of `like` with the same body."""
    process, port = stack.enter_context(server)
    return Contender(process, port, same_request(port, like.load, name))


def start_nginx(stack: ExitStack, run: Run, like: Contender, workers: int = 1) -> Contender:
    limit = peers.nginx(run.cores.server, like.load.expected_body.decode(), workers)
    return start_alike(stack, "nginx", limit, like)


def start_bare(stack: ExitStack, run: Run, like: Contender) -> Contender:
    bare = peers.bare_beast(run.cores.server, like.load.expected_body)
    return start_alike(stack, "bare beast", bare, like)


def echo(run: Run) -> dict:
    with ExitStack() as stack:
        core = run.cores.server
        ours = start(stack, troupe(core), ECHO)
        contenders = {
            "troupe": ours,
            "nginx": start_nginx(stack, run, ours),
            "bare beast": start_bare(stack, run, ours),
            "typescript": start(stack, peers.typescript(core, 1), ECHO, IDS),
        }
        take_turns("echo", contenders, run)
        title = f"calls of echo in a session, one core, {CONNECTIONS} connections"
        return conclude("echo", title, contenders, TO_PEERS)


def modern_echo(run: Run) -> dict:
    with ExitStack() as stack:
        core = run.cores.server
        ours = start(stack, troupe(core), MODERN_ECHO)
        contenders = {
            "troupe": ours,
            "nginx": start_nginx(stack, run, ours),
            "bare beast": start_bare(stack, run, ours),
            "typescript": start(stack, peers.typescript(core, 2), MODERN_ECHO),
            # The same request of the other era, to the same process.
            "legacy": Contender(ours.server, ours.port, prepare(ours.port, ECHO)),
        }
        take_turns("modern-echo", contenders, run)
        title = f"calls of echo in revision 2026-07-28, without a session, one core, {CONNECTIONS} connections"
        to_legacy = Ratio("cpu_to_legacy", "cpu_us", "troupe", "legacy")
        return conclude("modern-echo", title, contenders, [*TO_PEERS, to_legacy])


def ws_echo(run: Run) -> dict:
    with ExitStack() as stack:
        http = start(stack, troupe(run.cores.server), ECHO)
        contenders = {
            "troupe": Contender(http.server, http.port, websocket.Load.like(http.load)),
            "nginx": start_nginx(stack, run, http),
            "http": http,  # the same request over HTTP, to the same process
        }
        take_turns("ws-echo", contenders, run)
        title = f"echo over {CONNECTIONS} WebSockets, each with a session, one core"
        to_http = Ratio("cpu_to_http", "cpu_us", "troupe", "http")
        return conclude("ws-echo", title, contenders, [*TO_NGINX, to_http])


SIZES = {"1 KB": 1024, "16 KB": 16 * 1024, "64 KB": 64 * 1024}


def sizes(name: str, title: str, modern: bool, run: Run) -> dict:
    contenders: Contenders = {}
    ratios = []
    run = replace(run, seconds=max(1, run.seconds // 2))  # they are many, and what a byte costs varies little
    with ExitStack() as stack:
        process, port = stack.enter_context(troupe(run.cores.server))
        body = prepare(port, call(modern=modern)).expected_body
        bare, bare_port = stack.enter_context(peers.bare_beast(run.cores.server, body))
        for label, size in SIZES.items():
            load = prepare(port, call(text_of(size), modern=modern))
            ours, other = f"troupe {label}", f"bare beast {label}"
            contenders[ours] = Contender(process, port, load)
            contenders[other] = Contender(bare, bare_port, same_request(bare_port, load, other))
            # Both answer the same bytes, so the ratio per byte is the ratio per request.
            ratios.append(Ratio(f"cpu_to_bare_{label.replace(' ', '')}", "cpu_us", ours, other))
        take_turns(name, contenders, run)
        result = conclude(name, title, contenders, ratios, "cpu_us")
        result["table"][0].append("CPU ns/byte")
        for row, size in zip(result["table"][1:], (size for size in SIZES.values() for _ in "ab")):
            row.append(f"{contenders[row[0]].figure('cpu_us').median / size * 1000:.2f}")
        return result


def echo_sizes(run: Run) -> dict:
    return sizes("echo-sizes", "echo in a session with 1 KB, 16 KB and 64 KB of arguments, which come back", False, run)


def modern_echo_sizes(run: Run) -> dict:
    return sizes("modern-echo-sizes", "echo in revision 2026-07-28 with 1 KB, 16 KB and 64 KB of arguments", True, run)


def pool(run: Run) -> dict:
    """Three tools of one process that do the same; only where they run differs."""
    with ExitStack() as stack:
        process, port = stack.enter_context(bench_server(run.cores.server))
        contenders = {
            who: Contender(process, port, prepare(port, call(tool=tool), IDS))
            for who, tool in (("inline", "echo"), ("actor", "echo_actor"), ("function", "echo_pool"))
        }
        take_turns("pool", contenders, run)
        ratios = [Ratio("cpu_to_inline", "cpu_us", "actor", "inline"),
                  Ratio("function_cpu_to_inline", "cpu_us", "function", "inline")]
        title = "echo inline, as an actor on CAF's pool, and as a function on the pool; I/O and pool on one core"
        return conclude("pool", title, contenders, ratios, "cpu_us")


def tools_list_builtin(run: Run) -> dict:
    with ExitStack() as stack:
        ours = start(stack, troupe(run.cores.server), tools_list())
        contenders = {"troupe": ours, "nginx": start_nginx(stack, run, ours)}
        take_turns("tools-list", contenders, run)
        title = f"lists of the two built-in tools in a session, one core, {CONNECTIONS} connections"
        return conclude("tools-list", title, contenders, TO_NGINX)


def tools_list_100(run: Run) -> dict:
    with ExitStack() as stack:
        long = start(stack, bench_server(run.cores.server, 100), tools_list(100))
        short = Contender(long.server, long.port, prepare(long.port, ECHO))
        contenders = {
            "tools/list": long,
            "echo": short,
            # Both answers from memory: what the kernel takes for 24 KB instead of a few bytes.
            "nginx, list": start_nginx(stack, run, long),
            "nginx, echo": start_nginx(stack, run, short),
        }
        take_turns("tools-list-100", contenders, run)
        size = long.load.response_bytes
        title = f"lists of 100 tools ({size:,} bytes) beside echo of the same process, one core"
        ratios = [Ratio("rate_to_echo", "rate", "tools/list", "echo"),
                  Ratio("cpu_to_echo", "cpu_us", "tools/list", "echo"),
                  Ratio("nginx_rate_to_echo", "rate", "nginx, list", "nginx, echo"),
                  Ratio("rate_to_nginx", "rate", "tools/list", "nginx, list")]
        return conclude("tools-list-100", title, contenders, ratios)


BENCHMARKS = [
    Benchmark("echo", echo),
    Benchmark("modern-echo", modern_echo),
    Benchmark("ws-echo", ws_echo),
    Benchmark("echo-sizes", echo_sizes),
    Benchmark("modern-echo-sizes", modern_echo_sizes),
    Benchmark("pool", pool),
    Benchmark("tools-list", tools_list_builtin),
    Benchmark("tools-list-100", tools_list_100),
]
