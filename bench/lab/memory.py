"""What an idle legacy session with an open GET stream costs in server memory, and how long the server
takes to end with all of them open. The slope between two numbers of sessions, so that what a process
costs anyway does not count; each repetition has a server of its own."""

import json
import subprocess
from contextlib import contextmanager

from lab.figures import Figure, figure, table
from lab.processes import Invalid
from lab.servers import BUILD, troupe

DRAIN_LIMIT = 40


@contextmanager
def idle_sessions(port: int, pid: int, levels: list[int]):
    command = [str(BUILD / "bench" / "idle_sessions"), str(port), str(pid)]
    command.append(",".join(map(str, levels)))
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def next_line(process: subprocess.Popen) -> dict:
    line = process.stdout.readline()
    if not line:
        raise Invalid(f"idle_sessions ended: {process.stderr.read().strip()}")
    return json.loads(line)


def measure_once(levels: list[int]) -> dict:
    with troupe(core=None) as (server, port):
        idle_rss = server.rss_bytes()
        with idle_sessions(port, server.pid, levels) as load:
            at_levels = [next_line(load) for _ in levels]
            drain_seconds, code = server.terminate(DRAIN_LIMIT)
            ended = next_line(load)
    if code != 0:
        raise Invalid(f"the server ended with {code} instead of 0 after {drain_seconds:.1f} s")
    if ended["properly"] != levels[-1]:
        raise Invalid(f"of {levels[-1]} streams {ended['properly']} were ended properly")
    first, last = at_levels[0], at_levels[-1]
    sessions = last["sessions"] - first["sessions"]
    return {
        "bytes_per_session": (last["rss_bytes"] - first["rss_bytes"]) / sessions,
        "idle_rss": idle_rss,
        "rss_bytes": [level["rss_bytes"] for level in at_levels],
        "drain_seconds": drain_seconds,
    }


def measure(levels: list[int], repeat: int, say) -> dict:
    if len(levels) < 2 or levels != sorted(set(levels)):
        raise Invalid("--sessions needs two numbers or more, ascending: 2000,12000")
    runs = []
    for number in range(repeat):
        runs.append(measure_once(levels))
        say(f"memory {number + 1}/{repeat}: {runs[-1]['bytes_per_session']:,.0f} bytes a session")
    names = "bytes_per_session", "idle_rss", "drain_seconds"
    return {
        "benchmark": "memory",
        "sessions": levels,
        **{name: figure([run[name] for run in runs]).as_json() for name in names},
        "rss_bytes": [
            figure([run["rss_bytes"][level] for run in runs]).as_json()
            for level in range(len(levels))
        ],
    }


def report(result: dict) -> str:
    rows = [["", "server RSS MB"], ["no session", Figure(**result["idle_rss"]).text(1, 1e-6)]]
    for level, rss in zip(result["sessions"], result["rss_bytes"]):
        rows.append([f"{level:,} sessions", Figure(**rss).text(1, 1e-6)])
    slope = Figure(**result["bytes_per_session"])
    drain = Figure(**result["drain_seconds"])
    return "\n".join(
        [
            "memory: idle legacy sessions, each with an open GET stream on its connection",
            table(rows),
            f"  {slope.text()} bytes a session ({slope.median / 1024:.2f} KiB)",
            f"  drain with {result['sessions'][-1]:,} sessions: {drain.text(2)} s",
        ]
    )
