"""One run of wrk on the load's core."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.processes import Invalid

SCRIPT = Path(__file__).resolve().parents[1] / "load.lua"


@dataclass
class Load:
    """What is sent to a server, over how many connections, and what must come back."""

    headers: dict[str, str]
    body: bytes
    expected_body: bytes
    response_bytes: int
    connections: int
    ids: int = 1  # request ids, used one after the other


@dataclass
class Seen:
    requests: int
    seconds: float
    latency_us: dict[str, float]
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def run(load: Load, port: int, cores: str, seconds: float, compare_bodies: bool = False) -> Seen:
    """Raises Invalid unless every single response was right."""
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as folder:
        request, expected = Path(folder, "request"), Path(folder, "expected")
        request.write_bytes(load.body)
        expected.write_bytes(load.expected_body)
        command = ["taskset", "-c", cores, "wrk", "-t", "1", "-c", str(load.connections)]
        # wrk takes whole seconds only.
        command += ["-d", f"{max(1, round(seconds))}s", "--timeout", "5s", "-s", str(SCRIPT)]
        for name, value in load.headers.items():
            command += ["-H", f"{name}: {value}"]
        command += [f"http://127.0.0.1:{port}/mcp", "--", str(load.ids), str(request)]
        if compare_bodies:
            command.append(str(expected))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Invalid(f"wrk ended with {process.returncode}: {output}")
    report = json.loads(output.splitlines()[-1])
    check(load, report)
    return Seen(
        requests=report["requests"],
        seconds=report["duration_us"] / 1e6,
        latency_us=report["latency_us"],
        cpu_seconds=usage.ru_utime + usage.ru_stime,
    )


def check(load: Load, report: dict) -> None:
    errors = {kind: count for kind, count in report["errors"].items() if count}
    if errors:
        raise Invalid(f"errors while measuring: {errors} in {report['requests']} requests")
    if report["requests"] == 0:
        raise Invalid("no request was answered")
    # All responses have the same size; only those cut off at the end may be missing.
    surplus = report["bytes"] - report["requests"] * load.response_bytes
    if abs(surplus) > load.connections * load.response_bytes:
        raise Invalid(
            f"{report['bytes']} bytes came for {report['requests']} responses of "
            f"{load.response_bytes}: some responses were not what they should be"
        )
