"""The servers that are measured: how each is started, and where it then listens."""

import os
import socket
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from lab.processes import Invalid, Server

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TROUPE_BUILD_DIR", ROOT / "build/release"))


def troupe_command() -> list[str]:
    binary = BUILD / "troupe"
    if not binary.exists():
        raise Invalid(f"{binary} is missing; ./dev bench builds it")
    # Everything else is the default: limits, metrics and supervision are on.
    return [str(binary), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]


@contextmanager
def troupe(core: int | None, before: tuple[str, ...] = (), seconds: float = 10, environment=None):
    """Gives the server and its port. `before` is put before the command, as valgrind wants it."""
    with Server("troupe", [*before, *troupe_command()], core, environment) as server:
        line = server.wait_for(r"listening on http://127\.0\.0\.1:(\d+)/mcp", seconds)
        yield server, int(line[1])


NGINX = """\
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def nginx(core: int, body: str):
    """nginx answers everything with `body`: about the most that a server can do on this machine."""
    if any(letter in body for letter in "'$\\"):
        raise Invalid("this body cannot be written into an nginx configuration")
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        port = free_port()
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(NGINX.format(folder=folder, port=port, body=body))
        command = ["nginx", "-p", folder, "-e", "stderr", "-c", str(configuration)]
        with Server("nginx", command, core) as server:
            wait_until_open(server, port)
            yield server, port


def wait_until_open(server: Server, port: int) -> None:
    for _ in range(500):
        server.check_alive()
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise Invalid(f"{server.name} does not listen:\n{server.last_lines()}")
