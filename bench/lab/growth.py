"""Does a request cost the same when there is more of everything else: idle sessions, tools, I/O threads?"""

from contextlib import ExitStack
from dataclasses import replace

from lab.benchmark import Benchmark, Run
from lab.comparison import Ratio, conclude
from lab.contender import Contender, Contenders, take_turns
from lab.idle_clients import IdleClients
from lab.rate import start_nginx
from lab.servers import bench_server, troupe
from lab.workloads import call, prepare

ECHO = call()
MODERN_ECHO = call(modern=True)


def idle(run: Run) -> dict:
    """A server for each number, so that they can take turns."""
    contenders: Contenders = {}
    held: dict[int, IdleClients] = {}
    settings = {"limits": {"max_sessions": 18_500}}  # by default no session is left for the load
    with ExitStack() as stack:
        for count in (0, 50, 150) if run.smoke else (0, 5_000, 18_000):
            process, port = stack.enter_context(troupe(run.cores.server, settings=settings))
            contenders[f"{count:,} idle"] = Contender(process, port, prepare(port, ECHO))
            if count:
                clients = stack.enter_context(IdleClients(port, "session", core=run.cores.load))
                clients.open(count, rest=False)
                held[count] = clients
        take_turns("echo-idle", contenders, run)
        for count, clients in held.items():
            clients.open(count, rest=False)  # they have lasted as long as the measurement
        none, some, many = contenders
        ratios = [Ratio("rate_with_5000", "rate", some, none),
                  Ratio("rate_with_18000", "rate", many, none),
                  Ratio("cpu_with_18000", "cpu_us", many, none)]
        title = "echo while so many other sessions are open, each with an idle GET stream; one core"
        return conclude("echo-idle", title, contenders, ratios)


def tools(run: Run) -> dict:
    contenders: Contenders = {}
    with ExitStack() as stack:
        for count in 1, 100, 5_000:
            process, port = stack.enter_context(bench_server(run.cores.server, count))
            contenders[f"{count:,} tools" if count > 1 else "1 tool"] = Contender(process, port, prepare(port, ECHO))
        take_turns("echo-tools", contenders, run)
        one, some, many = contenders
        ratios = [Ratio("rate_with_100", "rate", some, one),
                  Ratio("rate_with_5000", "rate", many, one),
                  Ratio("cpu_with_5000", "cpu_us", many, one)]
        title = "echo among so many tools; one core"
        return conclude("echo-tools", title, contenders, ratios)


def io_threads(run: Run) -> dict:
    """Server and load on both cores: what do two threads cost each other? Nothing here shows how rates grow. Requests
    of 2026-07-28 are answered on the thread of their connection, so both threads work; connections that ask for one
    session come together on its thread. What a second worker costs nginx, who shares nothing between them, is the
    machine's part: three who want to run, on two cores."""
    contenders: Contenders = {}
    run = replace(run, cores=run.cores.shared)
    with ExitStack() as stack:
        for count in 1, 2:
            settings = {"listen": {"io_threads": count}}
            process, port = stack.enter_context(troupe(run.cores.server, settings=settings))
            threads = f"{count} thread" + "s" * (count - 1)
            contenders[threads] = Contender(process, port, prepare(port, MODERN_ECHO))
            contenders[f"{threads}, one session"] = Contender(process, port, prepare(port, ECHO))
        like = next(iter(contenders.values()))
        nginx, nginx_two = "nginx, 1 worker", "nginx, 2 workers"
        contenders |= {nginx: start_nginx(stack, run, like), nginx_two: start_nginx(stack, run, like, 2)}
        take_turns("io-threads", contenders, run)
        one, one_session, two, two_session, *_ = contenders
        ratios = [Ratio("cpu_to_one", "cpu_us", two, one),
                  Ratio("cpu_to_one_session", "cpu_us", two_session, one_session),
                  Ratio("nginx_cpu_to_one", "cpu_us", nginx_two, nginx),
                  Ratio("rate_to_one", "rate", two, one)]
        title = "echo with one and with two I/O threads on two cores, which the load shares"
        return conclude("io-threads", title, contenders, ratios, "cpu_us")


BENCHMARKS = [
    Benchmark("echo-idle", idle),
    Benchmark("echo-tools", tools),
    Benchmark("io-threads", io_threads),
]
