"""The servers that Troupe is compared with."""

import json
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from lab.processes import Invalid, Server
from lab.servers import BUILD, ROOT

NGINX = """\
daemon off; {workers} pid {folder}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} reuseport;
    location / {{ default_type application/json; {answer} }}
  }}
}}
"""


def nginx_answer(body: str) -> str:
    """nginx takes at most 4 KiB as one parameter, so a longer body is put together from variables."""
    if any(letter in body for letter in "'$\\"):
        raise Invalid("this body cannot be written into an nginx configuration")
    parts = [body[at : at + 2000] for at in range(0, len(body), 2000)]
    names = [f"$part{number}" for number in range(len(parts))]
    variables = (f"set {name} '{part}';" for name, part in zip(names, parts))
    return f"return 200 '{body}';" if len(parts) == 1 else f"{' '.join(variables)} return 200 '{''.join(names)}';"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def nginx(core: str, body: str, workers: int = 1):
    """nginx answers everything with `body`: about the most that a server can do on this machine."""
    processes = "master_process off;" if workers == 1 else f"worker_processes {workers};"
    answer = nginx_answer(body)
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        port = free_port()
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(NGINX.format(workers=processes, folder=folder, port=port, answer=answer))
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


@contextmanager
def bare_beast(core: str, body: bytes):
    """Asio, Beast and Boost.JSON with nothing of Troupe: what do our own layers cost? Answers as `body` does."""
    meta = json.loads(body)["result"].get("_meta", {})
    text = json.dumps(meta, separators=(",", ":"), ensure_ascii=False)
    with Server("bare-beast", [str(BUILD / "bench" / "bare_beast"), text], core) as server:
        yield server, int(server.wait_for(r"listening on 127\.0\.0\.1:(\d+)", 10)[1])


@cache
def npm_packages() -> Path:
    """Installed as bench/peers/package-lock.json names them, once; later calls need no network."""
    install = [ROOT / "tests/support/npm_install", ROOT / "bench/peers", BUILD / "npm/bench_peers"]
    done = subprocess.run(install, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Invalid("the TypeScript SDKs could not be installed; the reason is above")
    return Path(done.stdout.strip())


@contextmanager
def typescript(core: str, major: int):
    """The official SDK from npm: 1 with sessions, 2 in the modern era. Node.js is one of the locked packages."""
    folder, program = npm_packages(), f"typescript_sdk_{major}.mjs"
    # Node looks for packages beside the file that imports them.
    (folder / program).write_bytes((ROOT / "bench/peers" / program).read_bytes())
    command = [str(ROOT / "tests/support/npm_node"), str(folder), str(folder / program)]
    with Server(f"typescript-{major}", command, core, {"NODE_ENV": "production"}) as server:
        yield server, int(server.wait_for(r"listening on http://127\.0\.0\.1:(\d+)", 20)[1])
