"""The same call over standard input and output and over HTTP, in turns: what does a message cost without
a network?"""

import json
import subprocess
from contextlib import contextmanager

from lab import wrk
from lab.benchmark import Benchmark, Run
from lab.comparison import Ratio, conclude
from lab.contender import Contender, take_turns
from lab.processes import Cores, CpuTime, Invalid, cpu_time_of, rss_bytes_of
from lab.servers import BUILD, troupe
from lab.workloads import CONNECTIONS, call, prepare


class Pipes:
    """stdio_load with its server, as many calls in flight as HTTP has connections."""

    def __init__(self, cores: Cores):
        command = ["taskset", "-c", cores.load, str(BUILD / "bench/stdio_load"), str(CONNECTIONS)]
        command += ["taskset", "-c", cores.server, str(BUILD / "troupe"), "--stdio"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.pid = self.hear()["pid"]

    def hear(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise Invalid(f"stdio_load ended with {self.process.wait()}")
        return json.loads(line)

    def ask(self, seconds: float) -> dict:
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return self.hear()

    def cpu_time(self) -> CpuTime:
        return cpu_time_of(self.pid)

    def rss_bytes(self) -> int:
        return rss_bytes_of(self.pid)

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise Invalid(f"stdio_load ended with {self.process.returncode}")

    def close(self) -> None:
        self.process.stdin.close()
        if self.process.wait(10) != 0:
            raise Invalid(f"stdio_load ended with {self.process.returncode}")


class PipeContender(Contender):
    """stdio_load compares each answer itself, and ends if one is wrong."""

    def send(self, cores: Cores, seconds: float, compare_bodies: bool = False) -> wrk.Seen:
        before = cpu_time_of(self.server.process.pid)
        seen = self.server.ask(seconds)
        used = (cpu_time_of(self.server.process.pid) - before).used
        latency = {"p50": seen["p50_us"], "p99": seen["p99_us"]}
        return wrk.Seen(seen["requests"], seen["seconds"], latency, used)


@contextmanager
def pipes(cores: Cores, like: wrk.Load):
    opened = Pipes(cores)
    try:
        yield PipeContender(opened, 0, like)
    finally:
        opened.close()


def measure(run: Run) -> dict:
    with troupe(run.cores.server) as (server, port):
        http = Contender(server, port, prepare(port, call()))
        with pipes(run.cores, http.load) as stdio:
            contenders = {"stdio": stdio, "http": http}
            take_turns("stdio-echo", contenders, run)
            title = f"echo over standard input and output, {CONNECTIONS} in flight, beside HTTP, one core"
            to_http = Ratio("cpu_to_http", "cpu_us", "stdio", "http")
            return conclude("stdio-echo", title, contenders, [to_http])


BENCHMARKS = [Benchmark("stdio-echo", measure)]
