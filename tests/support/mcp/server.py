"""A server process: started with a configuration file, its ports read from its log, stopped with
SIGTERM, and held to what every run must keep: nothing on stdout, no ERROR that the test does not
expect, exit code 0."""

import json
import pathlib
import re
import resource
import signal
import subprocess
import time

from .deadline import Deadline, wait_until
from .process import descriptors
from .wire import Address, Connection

_MCP = re.compile(r"listening on https?://(\[[^\]]+\]|[^\s:/]+):(\d+)(/\S*)")
_ADMIN = re.compile(r"metrics and health on http://(\[[^\]]+\]|[^\s:/]+):(\d+)")


def merged(base, more):
    """A copy of `base` with `more` laid over it, member by member."""
    result = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


class Server:
    """One run of a server binary."""

    base_config = {
        "listen": {"port": 0, "io_threads": 2},
        "admin": {"port": 0},
        "log": {"level": "debug"},
        "shutdown": {"limit_ms": 10_000},
    }

    def __init__(self, binary, folder, config=None, arguments=(), environment=None,
                 descriptors=None, tls=None):
        self.binary = str(binary)
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = merged(self.base_config, config or {})
        self.arguments = list(arguments)
        self.environment = environment
        self.descriptors = descriptors
        self.expected_errors = []
        self.process = None
        self.tls = tls  # how clients talk to it: an ssl.SSLContext
        self.address = None
        self.admin = None
        self.path = None

    # -- life ------------------------------------------------------------------------------------

    def start(self, wait=True):
        """Starts the process; with `wait`, until it accepts connections."""
        config = self.folder / "config.json"
        config.write_text(json.dumps(self.config, indent=2))
        self._log = (self.folder / "stderr").open("wb")
        self._out = (self.folder / "stdout").open("wb")
        command = [self.binary, "--config", str(config), *self.arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._log,
            env=self.environment, cwd=self.folder, preexec_fn=self._in_child,
        )
        if wait:
            self._wait_ready()
        return self

    def _in_child(self):
        """Runs in the new process, before the program does."""
        if self.descriptors is not None:
            both = self.descriptors
            both = both if isinstance(both, tuple) else (both, both)
            resource.setrlimit(resource.RLIMIT_NOFILE, both)

    def _wait_ready(self):
        mcp = self.wait_log(_MCP)
        self.address = Address((mcp[1].strip("[]"), int(mcp[2])))
        self.address.tls = self.tls
        self.path = mcp[3]
        if self.config["admin"].get("enabled", True):
            admin = self.wait_log(_ADMIN)
            self.admin = (admin[1].strip("[]"), int(admin[2]))

    def terminate(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait_exit(self, seconds=None):
        """Waits for the end of the process; returns (exit code, seconds it took)."""
        began = time.monotonic()
        try:
            code = self.process.wait(Deadline(seconds).seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.binary} still runs; its log:\n{self.tail()}") from None
        return code, time.monotonic() - began

    def stop(self):
        """Ends the process and checks what holds for every run."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.terminate()
        try:
            code, _ = self.wait_exit(40)
        finally:
            self._end()
        if code != 0:
            raise AssertionError(f"exit code {code}; the log:\n{self.tail()}")
        self.check_output()

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()
        self._out.close()

    def abandon(self):
        """Ends the process without any check, for tests that let it end otherwise."""
        if self.process is not None:
            self._end()
            self.process = None

    def check_output(self):
        out = (self.folder / "stdout").read_bytes()
        if out:
            raise AssertionError(f"something was written to stdout: {out[:300]!r}")
        for line in self.log().splitlines():
            if self.is_error(line) and not any(re.search(e, line) for e in self.expected_errors):
                raise AssertionError(f"an unexpected error in the log: {line}\n{self.tail()}")

    @staticmethod
    def is_error(line):
        """Whether a line of the log (time, level, text) has the level error or critical."""
        return line.split(" ", 2)[1:2] in (["error"], ["critical"])

    # -- what it says ----------------------------------------------------------------------------

    def log(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:])

    def wait_log(self, pattern, seconds=None):
        """Waits until the log matches; returns the match."""

        def find():
            match = re.search(pattern, self.log())
            if match is None and self.process.poll() is not None:
                match = re.search(pattern, self.log())
                if match is None:
                    raise AssertionError(
                        f"{self.binary} ended with {self.process.returncode} before its log "
                        f"matched {pattern!r}:\n{self.tail()}")
            return match

        try:
            return wait_until(find, f"the log matches {pattern!r}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    # -- talking to it ---------------------------------------------------------------------------

    def connect(self, **options):
        return Connection(self.address, **options)

    def admin_get(self, path):
        """GET on the admin endpoint, on a connection of its own."""
        with Connection(self.admin) as connection:
            connection.request("GET", path)
            return connection.read_response()

    def metrics(self):
        """The metrics as a dict: 'name{label="value",…}' → number."""
        values = {}
        for line in self.admin_get("/metrics").body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def metric(self, name, **labels):
        """The sum of all series of `name` that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(
            value
            for series, value in self.metrics().items()
            if series.split("{")[0] == name and all(text in series for text in wanted)
        )

    def open_files(self):
        """How many descriptors the process has."""
        return len(descriptors(self.process.pid))
