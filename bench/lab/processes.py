"""A server under measurement: pinned to one core, read through /proc, ended by its pid."""

import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


class Invalid(Exception):
    """The run cannot be trusted, or could not be made; the text says why."""


@dataclass(frozen=True)
class Cores:
    """Where server and load run: lists of cores as taskset takes them."""

    server: str
    load: str

    @property
    def shared(self) -> "Cores":
        """Both on all of them."""
        both = f"{self.server},{self.load}"
        return Cores(both, both)


def choose_cores() -> Cores:
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise Invalid("measuring needs two cores: one for the server, one for the load")
    return Cores(server=str(usable[0]), load=str(usable[1]))


@dataclass(frozen=True)
class CpuTime:
    """What a process has used so far, in seconds. `waited` is the time that its threads could have run
    but had no core: on a machine of its own, about nothing."""

    used: float
    waited: float
    kernel: float

    def __add__(self, other: "CpuTime") -> "CpuTime":
        return CpuTime(self.used + other.used, self.waited + other.waited, self.kernel + other.kernel)

    def __sub__(self, before: "CpuTime") -> "CpuTime":
        return CpuTime(
            self.used - before.used, self.waited - before.waited, self.kernel - before.kernel
        )


def cpu_time_of(pid: int) -> CpuTime:
    used = waited = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        fields = (thread / "schedstat").read_text().split()
        used += int(fields[0])
        waited += int(fields[1])
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    kernel = int(after_name[12]) / os.sysconf("SC_CLK_TCK")
    return CpuTime(used / 1e9, waited / 1e9, kernel)


def children_of(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def rss_bytes_of(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024


class Server:
    """`command` on `core`. Its output goes to a file, where `wait_for` looks for a line."""

    def __init__(self, name: str, command: list[str], core: str | None, environment=None):
        self.name = name
        self.log = Path(tempfile.mkstemp(prefix=f"bench-{name}-", suffix=".log")[1])
        pinned = command if core is None else ["taskset", "-c", core, *command]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                pinned,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_for(self, pattern: str, seconds: float) -> re.Match:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log.read_text(errors="replace"))
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise Invalid(f"{self.name} did not start:\n{self.last_lines()}")

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise Invalid(
                f"{self.name} ended with {self.process.returncode}:\n{self.last_lines()}"
            )

    def cpu_time(self) -> CpuTime:
        """Of the process and its workers."""
        return sum(map(cpu_time_of, children_of(self.pid)), cpu_time_of(self.pid))

    def rss_bytes(self) -> int:
        return rss_bytes_of(self.pid)

    def terminate(self, seconds: float) -> tuple[float, int]:
        """SIGTERM; how long the end took, and the exit code. Killed, and code -9, after `seconds`."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - begun, self.process.returncode

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.terminate(10)
        self.log.unlink(missing_ok=True)


def busy_seconds(cores: str) -> float:
    """How long these cores have been busy since the start of the system, with whatever."""
    names, total = {f"cpu{core}" for core in cores.split(",")}, 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *numbers = line.split()
        if name in names:
            user, nice, system, _, _, irq, softirq, steal = map(int, numbers[:8])
            total += user + nice + system + irq + softirq + steal
    return total / os.sysconf("SC_CLK_TCK")
