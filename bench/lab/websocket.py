"""One run of our WebSocket clients on the load's core: the same request as wrk sends, each connection with
a session of its own."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from lab import wrk
from lab.processes import Invalid
from lab.servers import BUILD

PROGRAM = BUILD / "bench" / "websocket_load"


class Load(wrk.Load):
    """What goes over WebSockets; the headers are those of the HTTP request that asks the same."""

    @classmethod
    def like(cls, http: wrk.Load) -> "Load":
        """The same request and answer, in frames."""
        size = len(http.expected_body)
        header = 2 if size < 126 else 4
        return cls(http.headers, http.body, http.expected_body, header + size, http.connections)


def run(load: Load, port: int, cores: str, seconds: float, compare_bodies: bool = False) -> wrk.Seen:
    """Raises Invalid unless every single answer was right."""
    with tempfile.TemporaryDirectory(prefix="bench-websocket-") as folder:
        request, expected = Path(folder, "request"), Path(folder, "expected")
        request.write_bytes(load.body)
        expected.write_bytes(load.expected_body)
        command = ["taskset", "-c", cores, str(PROGRAM), str(port)]
        command += [str(load.connections), str(max(1, round(seconds))), str(request)]
        if compare_bodies:
            command.append(str(expected))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Invalid(f"websocket_load ended with {process.returncode}")
    report = json.loads(output)
    wrk.check(load, report)
    return wrk.Seen(
        requests=report["requests"],
        seconds=report["duration_us"] / 1e6,
        latency_us=report["latency_us"],
        cpu_seconds=usage.ru_utime + usage.ru_stime,
    )
