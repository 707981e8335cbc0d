"""Troupe under measurement: how it is started, and where it then listens."""

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from lab.processes import Invalid, Server

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TROUPE_BUILD_DIR", ROOT / "build/release"))


def command_of(program: Path) -> list[str]:
    if not program.exists():
        raise Invalid(f"{program} is missing; ./dev bench builds it")
    # Everything else is the default: limits, metrics and supervision are on.
    return [str(program), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]


def certificate(folder: str) -> dict:
    """The `tls` section for a certificate, which is made here."""
    files = {"certificate_file": f"{folder}/server.pem", "key_file": f"{folder}/server.key"}
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=localhost", "-out", files["certificate_file"], "-keyout", files["key_file"]],
        check=True,
        capture_output=True,
    )
    return files


@contextmanager
def troupe(
    core: str | None,
    before: tuple[str, ...] = (),
    seconds: float = 10,
    environment=None,
    tls: bool = False,
    settings: dict | None = None,
    program: Path = BUILD / "troupe",
):
    """Gives the server and its port. `before` is put before the command, as valgrind wants it; `settings` are those
    of the configuration file that are not the default."""
    with tempfile.TemporaryDirectory(prefix="bench-troupe-") as folder:
        command = command_of(program)
        wanted = {**(settings or {}), **({"tls": certificate(folder)} if tls else {})}
        if wanted:
            configuration = Path(folder, "troupe.json")
            configuration.write_text(json.dumps(wanted))
            command += ["--config", str(configuration)]
        with Server("troupe", [*before, *command], core, environment) as server:
            line = server.wait_for(r"listening on https?://127\.0\.0\.1:(\d+)/mcp", seconds)
            yield server, int(line[1])


def bench_server(core: str | None, tools: int = 0, **more):
    """Troupe with what bench/bench_server.cpp adds: the echo tool on the pool, and as many tools as are wanted."""
    environment = {"BENCH_TOOLS": str(tools)}
    return troupe(core, environment=environment, program=BUILD / "bench" / "bench_server", **more)
