"""HTTP/1.1 on a plain socket: sends exactly the bytes it is told to, and reads responses strictly.

A real client library would repair what a test wants to see (and to do) wrong. So requests are bytes,
and every response that breaks the framing rules of RFC 9112 raises WireError by itself.
"""

import json
import re
import socket
import ssl
import time

from .deadline import Deadline
from .sse import EventStream

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d) [\x20-\x7e]*")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*)")
_LISTS = {"vary", "allow", "set-cookie", "connection"}


class WireError(AssertionError):
    """The server broke a rule of the wire format."""


class Closed(Exception):
    """The server closed the connection where a response could have started or gone on."""


class Response:
    """A response whose body was read completely."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        """The value of the field, or None."""
        return self.headers.get(name.lower())

    def json(self):
        return parse_json(self.body)

    @property
    def keeps_alive(self):
        return (self.header("connection") or "").lower() != "close"

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class Address(tuple):
    """Host and port, and how to talk there: an ssl.SSLContext, or None for plain TCP."""

    tls = None


class Connection:
    """One TCP connection to the server, over TLS if its Address says so."""

    def __init__(self, address, source=None, receive_buffer=None):
        self.address = address
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM
        )
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source is not None:
            self.socket.bind((source, 0))
        self.socket.settimeout(Deadline().seconds)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if (tls := getattr(address, "tls", None)) is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=address[0],
                                          suppress_ragged_eofs=False)
        self.buffer = b""
        self.received = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with RST, as a crashed client's system does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def half_close(self):
        """Says that nothing more will be sent; answers are still read."""
        self.socket.shutdown(socket.SHUT_WR)

    # -- sending ---------------------------------------------------------------------------------

    def send(self, data):
        self.socket.settimeout(Deadline().seconds)
        self.socket.sendall(data)

    def send_slowly(self, data, pieces):
        """Sends `data` in `pieces` parts with a pause after each, so that they arrive apart."""
        size = max(1, len(data) // pieces)
        for start in range(0, len(data), size):
            self.send(data[start : start + size])
            time.sleep(0.002)

    def request(self, method, path="/mcp", headers=None, body=None):
        """Sends one request; see `encode_request`."""
        self.send(encode_request(method, path, headers, body, self.host))

    @property
    def host(self):
        name, port = self.address[0], self.address[1]
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"

    # -- receiving -------------------------------------------------------------------------------

    def fill(self, deadline):
        """Reads more bytes into the buffer; raises Closed at the end of the stream."""
        self.socket.settimeout(max(0.001, deadline.left()))
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(
                f"the server sent nothing within {deadline.seconds:g} s; "
                f"so far: {self.buffer[-300:]!r}"
            ) from None
        except ssl.SSLEOFError:
            raise Closed("without close_notify") from None
        except ConnectionError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed("end of stream")
        self.received += len(data)
        self.buffer += data

    def take_until(self, mark, deadline):
        while mark not in self.buffer:
            self.fill(deadline)
        taken, self.buffer = self.buffer.split(mark, 1)
        return taken

    def take(self, size, deadline):
        while len(self.buffer) < size:
            self.fill(deadline)
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def read_head(self, seconds=None):
        """Reads status line and fields; returns (status, headers with lower-case names)."""
        head = self.take_until(b"\r\n\r\n", Deadline(seconds))
        first, *lines = head.split(b"\r\n")
        match = _STATUS_LINE.fullmatch(first)
        if not match:
            raise WireError(f"not a status line: {first!r}")
        headers = {}
        for line in lines:
            field = _FIELD.fullmatch(line)
            if not field:
                raise WireError(f"not a header field: {line!r}")
            name = field[1].decode().lower()
            if name in headers and name not in _LISTS:
                raise WireError(f"header sent twice: {name}")
            headers[name] = field[2].decode().rstrip()
        if "content-length" in headers and "transfer-encoding" in headers:
            raise WireError(f"two framings at once: {headers}")
        return int(match[1]), headers

    def read_body(self, status, headers, seconds=None, head_only=False):
        """Reads the body that belongs to a head."""
        deadline = Deadline(seconds)
        if head_only or status < 200 or status in (204, 304):
            if "transfer-encoding" in headers or (status != 200 and "content-length" in headers
                                                  and not head_only):
                raise WireError(f"a body is announced where none may be: {status} {headers}")
            return b""
        if "transfer-encoding" in headers:
            return b"".join(read_chunks(self, headers, deadline))
        if "content-length" in headers:
            return self.take(int(headers["content-length"]), deadline)
        return self.read_to_end(seconds)

    def read_response(self, seconds=None, head_only=False):
        """Reads the next complete response, skipping interim ones (1xx)."""
        status, headers = self.read_head(seconds)
        while status < 200:
            status, headers = self.read_head(seconds)
        return Response(status, headers, self.read_body(status, headers, seconds, head_only))

    def read_stream(self, seconds=None):
        """Reads the head of an event stream and returns (headers, EventStream)."""
        status, headers = self.read_head(seconds)
        if status != 200:
            body = self.read_body(status, headers)
            raise AssertionError(f"no event stream but {status}: {headers} {body[:500]!r}")
        return headers, EventStream(self, headers)

    def read_to_end(self, seconds=None):
        """Everything until the server closes the connection."""
        deadline = Deadline(seconds)
        try:
            while True:
                self.fill(deadline)
        except Closed:
            pass
        taken, self.buffer = self.buffer, b""
        return taken

    def is_closed_by_server(self, seconds=None):
        """Waits for the server to close; false if it sends something or keeps the connection."""
        try:
            self.fill(Deadline(seconds))
        except Closed:
            return True
        except AssertionError:
            return False
        return False


def read_chunks(connection, headers, deadline):
    """Yields the chunks of a chunked body, strictly."""
    if headers["transfer-encoding"] != "chunked":
        raise WireError(f"unknown transfer coding: {headers['transfer-encoding']}")
    while True:
        line = connection.take_until(b"\r\n", deadline)
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", line):
            raise WireError(f"not a chunk size: {line!r}")
        size = int(line, 16)
        data = connection.take(size, deadline)
        if connection.take(2, deadline) != b"\r\n":
            raise WireError("no line end behind a chunk")
        if size == 0:
            return
        yield data


def encode_request(method, path="/mcp", headers=None, body=None, host="127.0.0.1"):
    """A request as bytes. `headers` is a dict; a value None removes a default field, a list sends
    the field once per element. The defaults are Host and, with a body, Content-Length."""
    fields = {"Host": host}
    if body is not None:
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields["Content-Length"] = str(len(body))
    for name, value in (headers or {}).items():
        same = next((known for known in fields if known.lower() == name.lower()), None)
        if same is not None:
            del fields[same]
        if value is not None:
            fields[name] = value
    lines = [f"{method} {path} HTTP/1.1"]
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"{name}: {one}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def _no_duplicates(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise WireError(f"duplicate member in {[key for key, _ in pairs]}")
    return result


def _no_constant(text):
    raise WireError(f"{text} is not JSON")


def parse_json(data):
    """JSON as RFC 8259 has it: UTF-8, no duplicate members, no NaN; integers keep all their bits."""
    try:
        text = data.decode("utf-8", "strict") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise WireError(f"not JSON: {error}: {data[:300]!r}") from None
