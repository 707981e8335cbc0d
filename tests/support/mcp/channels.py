"""One client's conversation with the server as raw JSON texts, over any transport. A channel sends
texts and takes texts; what stands around them (HTTP, events, frames, lines) is its own business."""

import itertools
import json
import socket
import subprocess

from .deadline import Deadline
from .modern import Modern
from .session import BOTH
from .sse import EventStream
from .websocket import TEXT, CloseReceived, WebSocket, close_frame, frame
from .wire import Connection


META_VERSION = "io.modelcontextprotocol/protocolVersion"


class Channel:
    """What tests use of every transport."""

    def send(self, text):
        """Sends one message, whatever it is."""
        raise NotImplementedError

    def take(self, seconds=None):
        """The next message from the server as text; None when it has ended the conversation."""
        raise NotImplementedError

    def close(self):
        raise NotImplementedError

    def hear_out(self):
        """Takes what still comes, to the end."""
        while self.take() is not None:
            pass

    # -- for messages as values ------------------------------------------------------------------

    def tell(self, message):
        self.send(json.dumps(message))

    def hear(self, seconds=None):
        text = self.take(seconds)
        return None if text is None else json.loads(text)

    def request(self, method, params=None, request_id=None, answers=None):
        """Sends a request and returns (what came before its answer, its answer). `answers` maps the
        methods of the server's own requests to results."""
        message = {"jsonrpc": "2.0", "id": request_id or f"r{next(self._numbers)}", "method": method}
        if params is not None:
            message["params"] = params
        self.tell(message)
        before = []
        while True:
            heard = self.hear()
            assert heard is not None, f"no answer to {message}"
            if "method" not in heard:
                assert heard["id"] == message["id"], (heard, message)
                return before, heard
            before.append(heard)
            if "id" in heard:
                self.tell({"jsonrpc": "2.0", "id": heard["id"], "result": answers[heard["method"]]})

    _numbers = itertools.count(1)


class HttpChannel(Channel):
    """Streamable HTTP. Everything that one POST brings is read before the next is sent, unless the
    server asks something meanwhile."""

    def __init__(self, server):
        self.server = server
        self.fields = {}
        self.open = []  # event streams of POSTs, the oldest first
        self.waiting = []
        self.standalone = None

    def send(self, text):
        connection = Connection(self.server.address)
        connection.request("POST", self.server.path, self._headers(text), text.encode())
        status, headers = connection.read_head()
        self.fields.setdefault("Mcp-Session-Id", headers.get("mcp-session-id"))
        if headers.get("content-type", "").startswith("text/event-stream"):
            self.open.append(EventStream(connection, headers))
            return
        body = connection.read_body(status, headers)
        connection.close()
        if body:
            self.waiting.append(body.decode())

    def _headers(self, text):
        fields = {"Content-Type": "application/json", "Accept": BOTH}
        if self.fields.get("Mcp-Session-Id"):
            fields.update(self.fields)
        elif META_VERSION in text:
            fields.update(Modern.headers(json.loads(text)))
        return fields

    def listen(self):
        """Opens the standalone stream; its messages come when nothing else does."""
        connection = Connection(self.server.address)
        connection.request("GET", self.server.path, {"Accept": "text/event-stream", **self.fields})
        self.standalone = EventStream(connection, connection.read_head()[1])

    def take(self, seconds=None):
        if self.waiting:
            return self.waiting.pop(0)
        while self.open:
            event = self.open[-1].next(seconds)
            if event is None:
                self.open.pop().connection.close()
            elif event.data:
                return event.data
        while self.standalone is not None:
            event = self.standalone.next(seconds)
            if event is None:
                self.standalone = None
            elif event.data:
                return event.data
        return None

    def drain(self):
        """What the last POST still brings."""
        rest = []
        while self.waiting or self.open:
            text = self.take()
            if text is not None:
                rest.append(text)
        return rest

    def close(self):
        for stream in self.open + ([self.standalone] if self.standalone else []):
            stream.connection.close()
        if self.fields.get("Mcp-Session-Id"):
            with Connection(self.server.address) as connection:
                connection.request("DELETE", self.server.path, self.fields)
                assert connection.read_response().status == 204


class SseChannel(Channel):
    """HTTP+SSE of 2024-11-05."""

    def __init__(self, server):
        self.server = server
        connection = Connection(server.address)
        connection.request("GET", "/sse", {"Accept": "text/event-stream"})
        self.stream = EventStream(connection, connection.read_head()[1])
        first = self.stream.next()
        assert first.event == "endpoint", first
        self.endpoint = first.data

    def send(self, text):
        with Connection(self.server.address) as connection:
            connection.request("POST", self.endpoint, {"Content-Type": "application/json"},
                               text.encode())
            response = connection.read_response()
        if response.status != 202:  # what cannot be read is refused at once
            self.refused = response.body.decode()

    refused = None

    def take(self, seconds=None):
        if self.refused is not None:
            text, self.refused = self.refused, None
            return text
        event = self.stream.next(seconds)
        return None if event is None else event.data

    def close(self):
        self.stream.connection.close()


class LineChannel(Channel):
    """Lines of a Unix domain socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.buffer = b""

    def send(self, text):
        self.socket.settimeout(Deadline().seconds)
        self.socket.sendall(text.encode() + b"\n")

    def take(self, seconds=None):
        deadline = Deadline(seconds)
        while b"\n" not in self.buffer:
            self.socket.settimeout(max(0.001, deadline.left()))
            data = self.socket.recv(65536)
            if not data:
                assert self.buffer == b"", f"the end inside a line: {self.buffer!r}"
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def close(self):
        self.socket.close()


class StdioChannel(LineChannel):
    """Lines of the standard input and output of a server of one's own."""

    def __init__(self, command, log):
        mine, other = socket.socketpair()
        self.socket = mine
        self.buffer = b""
        self.process = subprocess.Popen(command, stdin=other, stdout=other, stderr=log)
        other.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_WR)
        self.hear_out()
        assert self.process.wait(Deadline().seconds) == 0
        super().close()


class WebSocketChannel(Channel):
    def __init__(self, server):
        self.peer = WebSocket(server.address, server.path)

    def send(self, text):
        self.peer.send(frame(TEXT, text.encode()))

    def take(self, seconds=None):
        try:
            return self.peer.read_message(seconds)
        except CloseReceived as closed:
            self.code = closed.code
            return None

    def close(self):
        self.peer.send(close_frame(1000))
        self.hear_out()
        assert self.code == 1000
        self.peer.connection.close()
