"""Messages as lines: a server started as a client would start it, on its standard input and output,
and clients of a Unix domain socket. Every byte that comes must belong to a JSON-RPC message."""

import itertools
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

from .caller import RpcError
from .deadline import PATIENCE, Deadline
from .modern import make_meta
from .session import CLIENT


class Lines:
    """One connection. `reader` and `writer` are descriptors."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.notifications = []
        self.asked = []  # requests of the server, answered by `answers`
        self.answers = {}
        self._waiting = {}
        self._buffer = b""
        self._ids = itertools.count(1)

    # -- bytes -----------------------------------------------------------------------------------

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.writer, view):]

    def send(self, *messages):
        self.write(b"".join(json.dumps(one).encode() + b"\n" for one in messages))

    def read_message(self, seconds=None):
        """The next message, None at the end."""
        deadline = Deadline(seconds)
        while b"\n" not in self._buffer:
            if not select.select([self.reader], [], [], deadline.left())[0]:
                raise AssertionError(f"nothing came within {deadline.seconds:g} s")
            try:
                part = os.read(self.reader, 65536)
            except ConnectionResetError:
                part = b""
            if not part:
                assert not self._buffer, f"a line without an end: {self._buffer[:200]!r}"
                return None
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        for one in message if isinstance(message, list) else [message]:
            assert one["jsonrpc"] == "2.0", line
        return message

    def rest(self):
        """Everything up to the end."""
        messages = []
        while (message := self.read_message()) is not None:
            messages.append(message)
        return messages

    # -- requests --------------------------------------------------------------------------------

    def start(self, method, params=None, request_id=None, modern=False, **meta):
        """Sends a request and returns its id. `meta` goes into a modern request's _meta."""
        request_id = next(self._ids) if request_id is None else request_id
        message = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if modern:
            params = {**(params or {}), "_meta": make_meta(client=CLIENT, **meta)}
        if params is not None:
            message["params"] = params
        self.send(message)
        return request_id

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    def cancel(self, request_id):
        self.notify("notifications/cancelled", {"requestId": request_id})

    def next_notification(self, seconds=None):
        while not self.notifications:
            assert self.step(seconds), "the connection ended"
        return self.notifications.pop(0)

    def step(self, seconds=None):
        """Takes one message; false at the end."""
        message = self.read_message(seconds)
        if message is None:
            return False
        if "method" not in message:
            self._waiting[json.dumps(message.get("id"))] = message
        elif "id" not in message:
            self.notifications.append(message)
        else:
            self.asked.append(message)
            self.send({"jsonrpc": "2.0", "id": message["id"],
                       "result": self.answers[message["method"]]})
        return True

    def response(self, request_id):
        key = json.dumps(request_id)
        while key not in self._waiting:
            assert self.step(), f"the connection ended before {key} was answered"
        return self._waiting.pop(key)

    def has_response(self, request_id):
        return json.dumps(request_id) in self._waiting

    def result(self, request_id):
        response = self.response(request_id)
        if "error" in response:
            raise RpcError(response["error"])
        return response["result"]

    def call(self, method, params=None, **more):
        return self.result(self.start(method, params, **more))

    def start_tool(self, name, arguments=None, **more):
        return self.start("tools/call", {"name": name, "arguments": arguments or {}}, **more)

    def tool_text(self, tool, /, modern=False, **arguments):
        result = self.result(self.start_tool(tool, arguments, modern=modern))
        assert not result.get("isError"), result
        return result["content"][0]["text"]

    def initialize(self, revision="2025-11-25", capabilities=None):
        result = self.call("initialize", {
            "protocolVersion": revision, "capabilities": capabilities or {},
            "clientInfo": CLIENT})
        self.notify("notifications/initialized")
        return result

    def close_input(self):
        os.close(self.writer)
        self.writer = -1

    def close(self):
        for one in {self.reader, self.writer} - {-1}:
            os.close(one)
        self.reader = self.writer = -1


class StdioServer(Lines):
    """`troupe --stdio`. `kind` says what its standard input and output are; with `stdin`, that is its
    standard input, and there is nothing to write to."""

    def __init__(self, binary, folder, kind="pipe", arguments=(), config=None, stdin=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "config.json"
        file.write_text(json.dumps(config or {"log": {"level": "debug"},
                                              "shutdown": {"limit_ms": 10_000}}))
        if kind == "pipe":
            (child_in, writer), (reader, child_out) = os.pipe(), os.pipe()
        else:
            ours_in, theirs_in = socket.socketpair()
            ours_out, theirs_out = socket.socketpair()
            child_in, writer = theirs_in.detach(), ours_in.detach()
            reader, child_out = ours_out.detach(), theirs_out.detach()
        super().__init__(reader, writer)
        self._log = (self.folder / "stderr").open("wb")
        self.process = subprocess.Popen(
            [str(binary), "--config", str(file), "--stdio", *arguments],
            stdin=child_in if stdin is None else stdin, stdout=child_out, stderr=self._log,
            cwd=self.folder)
        os.close(child_in)
        os.close(child_out)

    def log(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait_exit(self, seconds=None):
        """Returns (exit code, seconds it took)."""
        began = time.monotonic()
        try:
            code = self.process.wait(PATIENCE if seconds is None else seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it still runs; its log:\n{self.log()}") from None
        return code, time.monotonic() - began

    def end(self):
        """Ends the process if it still runs, and looks at what it leaves."""
        if self.writer >= 0:
            self.close_input()
        try:
            if self.reader >= 0:
                self.rest()
            code, _ = self.wait_exit()
        finally:
            self.process.kill()
            self.process.wait()
            self.close()
            self._log.close()
        assert code == 0, self.log()
        errors = [line for line in self.log().splitlines()
                  if line.split()[1:2] in (["error"], ["critical"])]
        assert not errors, errors


def connect_unix(path):
    """A client of a Unix domain socket."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.connect(str(path))
    handle = one.detach()
    return Lines(handle, handle)
