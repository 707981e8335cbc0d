"""As many idle sessions at once as this machine has memory for: many server processes, each with as many sessions as a
process may have descriptors. The servers' memory and the kernel's are told apart; both ends of each connection are
here, so the kernel's is twice what a server machine would need."""

import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lab import mcp
from lab.benchmark import Benchmark, Run
from lab.figures import figure
from lab.idle_clients import QUIET, IdleClients
from lab.memory import drain
from lab.processes import Server
from lab.servers import troupe
from lab.workloads import call

SERVERS = 56
SESSIONS = 18_000  # of each
LEAVE = 2 << 30  # bytes of memory that stay available for all others
AT_LEAST = 400 << 20  # bytes that another server, its sessions and both ends of their sockets may need
CAUTION = 1.2  # or so many times what the last one took, if that is more
LONGEST = 1800  # seconds
AT_REST = 10  # seconds, for which the servers are watched


@dataclass
class Group:
    """A server with its clients."""

    server: Server
    port: int
    clients: IdleClients
    count: int


def meminfo() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines}


def kernel_bytes() -> int:
    """What the kernel holds for sockets, files and processes: its own objects, the sockets' buffers, stacks, tables."""
    now = meminfo()
    sockets = re.search(r"^TCP:.* mem (\d+)", Path("/proc/net/sockstat").read_text(), re.MULTILINE)
    objects = now["Slab"] + now["KernelStack"] + now["PageTables"] + now.get("Percpu", 0)
    return objects + int(sockets[1]) * 4096


def share_bytes(pid: int) -> int:
    """The process's part of the memory: what several share is divided among them (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024


def free_files() -> int:
    """How many more files all processes together may open."""
    used, _, most = map(int, Path("/proc/sys/fs/file-nr").read_text().split())
    return most - used


def why_stop(needed: float, sessions: int, begun: float) -> str:
    if meminfo()["MemAvailable"] - needed < LEAVE:
        return "there was no memory for another server"
    if free_files() < 2.1 * sessions:
        return "the system had no files left (fs.file-max)"
    if time.monotonic() - begun > LONGEST:
        return f"{LONGEST} s were over"
    return ""


def open_all(stack: ExitStack, run: Run, servers: int, sessions: int) -> tuple[list[Group], str]:
    groups: list[Group] = []
    needed, begun = float(AT_LEAST), time.monotonic()
    while len(groups) < servers:
        if reason := why_stop(needed, sessions, begun):
            return groups, reason
        available = meminfo()["MemAvailable"]
        server, port = stack.enter_context(troupe(None, settings=QUIET))
        clients = stack.enter_context(IdleClients(port, "session"))
        seconds = clients.open(sessions)
        groups.append(Group(server, port, clients, sessions))
        needed = max(AT_LEAST, (available - meminfo()["MemAvailable"]) * CAUTION)
        run.say(f"million: {len(groups) * sessions:,} sessions, the last {sessions:,} in {seconds:.1f} s; "
                f"{meminfo()['MemAvailable'] / 1e9:.1f} GB left")
    return groups, "that is what was wanted"


def check_all(groups: list[Group]) -> None:
    """That all sessions are still open, and each server answers."""
    echo = call(modern=True)
    for each in groups:
        each.clients.open(each.count)
        client = mcp.Client(each.port)
        echo.check(mcp.result_of(client.post(client.use_modern(echo.method, echo.params))))
        client.socket.close()


def cpu_seconds(groups: list[Group]) -> float:
    return sum(each.server.cpu_time().used for each in groups)


def measure(run: Run) -> dict:
    servers, sessions = (2, 50) if run.smoke else (SERVERS, SESSIONS)
    with ExitStack() as stack:
        kernel_before, begun = kernel_bytes(), time.monotonic()
        groups, reason = open_all(stack, run, servers, sessions)
        opening = time.monotonic() - begun
        check_all(groups)
        cpu_before = cpu_seconds(groups)
        time.sleep(0 if run.smoke else AT_REST)
        cpu_at_rest = (cpu_seconds(groups) - cpu_before) / AT_REST
        kernel = kernel_bytes() - kernel_before
        memory = sum(share_bytes(each.server.pid) for each in groups)
        load = sum(share_bytes(each.clients.pid) for each in groups)
        begun = time.monotonic()
        for each in groups:
            drain(each.server, each.clients, each.count)
        ending = time.monotonic() - begun
    count = sum(each.count for each in groups)
    parts = {"servers": memory, "kernel, both ends": kernel, "load": load}
    bars = [{"label": label, "peer": label != "servers", **figure([value / count]).bar()} for label, value in parts.items()]
    rows = [
        ["", "reached"],
        ["idle sessions, each with an open GET stream", f"{count:,}"],
        ["server processes", f"{len(groups)}"],
        ["server memory a session, bytes (PSS, the whole processes)", f"{memory / count:,.0f}"],
        ["kernel memory a session, bytes (both ends)", f"{kernel / count:,.0f}"],
        ["servers, GB", f"{memory / 1e9:.2f}"],
        ["kernel, GB", f"{kernel / 1e9:.2f}"],
        ["load, GB", f"{load / 1e9:.2f}"],
        ["CPU of all servers at rest, cores", f"{cpu_at_rest:.3f}"],
        ["opened in, s", f"{opening:.0f}"],
        ["ended one server after the other in, s", f"{ending:.0f}"],
    ]
    return {
        "benchmark": "million",
        "title": "as many idle sessions at once as the machine has memory for",
        "figures": {
            "sessions": figure([count]).as_json(),
            "server_bytes_each": figure([memory / count]).as_json(),
            "kernel_bytes_each": figure([kernel / count]).as_json(),
        },
        "table": rows,
        "bars": {"unit": "bytes a session", "values": bars},
        "notes": [f"it ended there because {reason}", "every stream was ended properly, and every server answered a call"],
    }


BENCHMARKS = [Benchmark("million", measure, by_hand=True)]
