"""Sessions that come and go (session_churn.cpp): initialize, initialized, one call, DELETE. Beside it, in turns, the same
call in a session that stays: four such requests are what a lifecycle costs at least."""

import json
import os
import subprocess
import time

from lab import wrk
from lab.benchmark import Benchmark, Run
from lab.comparison import conclude
from lab.contender import Contender, take_turns
from lab.figures import figure
from lab.processes import Cores, Invalid
from lab.servers import BUILD, troupe
from lab.workloads import CONNECTIONS, call, prepare

REQUESTS = 4  # of a lifecycle
NO_END = 10_000_000  # lifecycles, when time sets the end
WARM_UP = 20_000  # lifecycles; then the allocator has what it needs
MILLION = 1_000_000
STEPS = 10  # of the million
LONGEST_STEP = 600  # seconds


def lifecycles(port: int, core: str, most: int, seconds: int) -> wrk.Seen:
    command = ["taskset", "-c", core, str(BUILD / "bench" / "session_churn"), str(port)]
    command += [str(CONNECTIONS), str(most), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Invalid(f"session_churn ended with {process.returncode}")
    seen = json.loads(output)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return wrk.Seen(seen["requests"], seen["duration_us"] / 1e6, seen["latency_us"], cpu_seconds)


class Lifecycles(Contender):
    """A lifecycle counts as one request. session_churn checks each answer itself."""

    def send(self, cores: Cores, seconds: float, compare_bodies: bool = False) -> wrk.Seen:
        return lifecycles(self.port, cores.load, NO_END, max(1, round(seconds)))


def measure(run: Run) -> dict:
    with troupe(run.cores.server) as (server, port):
        load = prepare(port, call())
        contenders = {"lifecycles": Lifecycles(server, port, load), "calls": Contender(server, port, load)}
        lifecycles(port, run.cores.load, 100 if run.smoke else WARM_UP, LONGEST_STEP)
        rss_before = server.rss_bytes()
        take_turns("churn", contenders, run)
        growth = server.rss_bytes() - rss_before
        title = f"sessions that live for one call, beside calls in one that stays, one core, {CONNECTIONS} connections"
        result = conclude("churn", title, contenders, [])
    ours, calls = contenders["lifecycles"], contenders["calls"]
    rates = [one / (other / REQUESTS) for one, other in zip(ours.values("rate"), calls.values("rate"))]
    cpu = [one / (other * REQUESTS) for one, other in zip(ours.values("cpu_us"), calls.values("cpu_us"))]
    result["figures"] = {
        "rate_to_quarter_echo": figure(rates).as_json(),
        "cpu_to_four_calls": figure(cpu).as_json(),
    }
    result["notes"].append(f"RSS grew by {growth / 1024:,.0f} KiB over the rounds")
    return {**result, "rss_growth_bytes": growth}


def measure_million(run: Run) -> dict:
    """Whether a server that has seen a million sessions is as small as after the first of them."""
    step = (100 if run.smoke else MILLION) // STEPS
    with troupe(run.cores.server) as (server, port):
        lifecycles(port, run.cores.load, min(WARM_UP, step), LONGEST_STEP)
        done, rss_bytes, begun = 0, [server.rss_bytes()], time.monotonic()
        for _ in range(STEPS):
            done += lifecycles(port, run.cores.load, step, LONGEST_STEP).requests
            rss_bytes.append(server.rss_bytes())
            run.say(f"churn-million: {done:,} sessions, RSS {rss_bytes[-1] / 1e6:.2f} MB")
        elapsed = time.monotonic() - begun
    if done < step * STEPS:
        raise Invalid(f"only {done:,} of {step * STEPS:,} sessions in {STEPS} × {LONGEST_STEP} s")
    growth = figure([(rss_bytes[-1] - rss_bytes[0]) / done])
    rss = {f"{step * at:,}" if at else "warm-up": figure([value / 1e6]) for at, value in enumerate(rss_bytes)}
    return {
        "benchmark": "churn-million",
        "title": f"RSS over {done:,} sessions that were opened, used and ended one after the other",
        "figures": {"rss_growth_bytes_each": growth.as_json()},
        "table": [["sessions", "server RSS MB"], *([label, f"{each.median:.2f}"] for label, each in rss.items())],
        "bars": {"unit": "MB of server RSS", "values": [{"label": label, **each.bar()} for label, each in rss.items()]},
        "notes": [f"{elapsed:.0f} s; {growth.median:.3f} bytes a session"],
        "rss_bytes": rss_bytes,
    }


BENCHMARKS = [
    Benchmark("churn", measure),
    Benchmark("churn-million", measure_million, by_hand=True),
]
