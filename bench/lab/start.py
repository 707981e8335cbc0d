"""The process itself: how long from its start to its first answer, what it takes when nobody is there, and how long it
takes to end with many sessions open."""

import re
import time
from pathlib import Path

from lab import mcp
from lab.benchmark import Benchmark, Run
from lab.figures import figure
from lab.idle_clients import QUIET, IdleClients
from lab.memory import DRAIN_LIMIT, drain
from lab.peers import free_port
from lab.processes import Invalid, Server
from lab.servers import BUILD, command_of, troupe
from lab.workloads import call

STARTS = 5  # for each repetition
LONGEST_START = 10  # seconds
SETTLED = 0.5  # seconds after the first answer, in which nothing happens
SESSIONS = 15_000


def first_answer(port: int) -> None:
    """Asks until somebody listens."""
    deadline = time.monotonic() + LONGEST_START
    while True:
        try:
            client = mcp.Client(port)
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise Invalid(f"the server did not listen within {LONGEST_START} s") from None
            time.sleep(0.0005)
    echo = call(modern=True)
    echo.check(mcp.result_of(client.post(client.use_modern(echo.method, echo.params))))
    client.socket.close()


def own_bytes(pid: int) -> int:
    """The part of the RSS that is not pages of files, which processes share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024


def start_once(core: str) -> dict:
    port = free_port()
    command = command_of(BUILD / "troupe")
    command[command.index("--listen") + 1] = f"127.0.0.1:{port}"
    begun = time.monotonic()
    with Server("troupe", command, core) as server:
        first_answer(port)
        took = time.monotonic() - begun
        time.sleep(SETTLED)
        rss, own = server.rss_bytes(), own_bytes(server.pid)
        ending, code = server.terminate(DRAIN_LIMIT)
    if code != 0:
        raise Invalid(f"the server ended with {code} instead of 0")
    return {"first_answer_ms": took * 1e3, "idle_rss_mb": rss / 1e6, "idle_own_mb": own / 1e6, "end_ms": ending * 1e3}


def measure(run: Run) -> dict:
    starts = []
    for number in range(run.repeat * STARTS):
        starts.append(start_once(run.cores.server))
        run.say(f"start {number + 1}/{run.repeat * STARTS}: {starts[-1]['first_answer_ms']:.0f} ms")
    figures = {name: figure([each[name] for each in starts]) for name in starts[0]}
    return {
        "benchmark": "start",
        "title": "a process from its start to its first answer, and what it takes when nobody is there; one core",
        "figures": {name: each.as_json() for name, each in figures.items()},
        "table": [
            ["", "median (least–most)"],
            ["start to first answer, ms", figures["first_answer_ms"].text(1)],
            ["RSS, idle, MB", figures["idle_rss_mb"].text(2)],
            ["of it not pages of files, MB", figures["idle_own_mb"].text(2)],
            ["SIGTERM to end, idle, ms", figures["end_ms"].text(1)],
        ],
    }


def drain_once(run: Run, count: int) -> float:
    with troupe(run.cores.server, settings=QUIET) as (server, port):
        with IdleClients(port, "session", core=run.cores.load) as clients:
            clients.open(count)
            return drain(server, clients, count)


def measure_drain(run: Run) -> dict:
    count = 150 if run.smoke else SESSIONS
    seconds = []
    for number in range(run.repeat):
        seconds.append(drain_once(run, count))
        run.say(f"drain {number + 1}/{run.repeat}: {seconds[-1]:.2f} s")
    return {
        "benchmark": "drain",
        "title": f"SIGTERM to the end of the process, with {count:,} idle sessions; one core",
        "figures": {"drain_seconds": figure(seconds).as_json()},
        "table": [["", "median (least–most)"], ["seconds", figure(seconds).text(2)]],
    }


BENCHMARKS = [Benchmark("start", measure), Benchmark("drain", measure_drain)]
