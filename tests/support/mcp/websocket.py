"""A WebSocket on a plain socket (RFC 6455): sends exactly the frames, and wrong ones, that a test asks
for, and holds what comes back to every rule that a server must keep."""

import base64
import hashlib
import itertools
import json
import os
import ssl
import struct
import zlib

from .deadline import Deadline, wait_until
from .wire import Closed, Connection, WireError, parse_json

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_VALID_CLOSES = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011}


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x12\x34\x56\x78", length=None, form=None):
    """One frame as bytes. `mask` None: unmasked. `length`: what the header says instead of the truth.
    `form`: 7, 16 or 64 bits for the length, instead of the shortest."""
    size = len(payload) if length is None else length
    if form is None:
        form = 7 if size < 126 else 16 if size < 0x10000 else 64
    second = 0x80 if mask is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        head += bytes([second | size])
    elif form == 16:
        head += bytes([second | 126]) + struct.pack("!H", size)
    else:
        head += bytes([second | 127]) + struct.pack("!Q", size)
    if mask is None:
        return head + payload
    return head + mask + masked(payload, mask)


def masked(payload, mask):
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    size = len(payload)
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def close_frame(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def deflated(data, bits=15):
    """As permessage-deflate sends it, with a window of its own."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -bits)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


class CloseReceived(Exception):
    """The server sent a close frame."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class WebSocket:
    """One connection, upgraded. `extensions` and `subprotocol` None: the header is left out."""

    def __init__(self, address, path="/mcp", subprotocol="mcp", extensions=None, headers=None,
                 behind=b"", receive_buffer=None):
        self.connection = Connection(address, receive_buffer=receive_buffer)
        self.pongs = []
        self.pings = 0
        self.frames = 0
        self._ids = itertools.count(1)
        key = base64.b64encode(os.urandom(16))
        fields = upgrade_headers(key.decode(), subprotocol, extensions, headers)
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.connection.host}"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        self.connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + behind)
        status, self.headers = self.connection.read_head()
        if status != 101:
            raise WireError(f"no upgrade: {status} {self.headers}")
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept, self.headers
        assert self.headers["upgrade"].lower() == "websocket", self.headers
        assert self.headers["connection"].lower() == "upgrade", self.headers
        assert self.headers.get("sec-websocket-protocol") == (subprotocol and "mcp"), self.headers
        self.compressed = "sec-websocket-extensions" in self.headers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    # -- frames ----------------------------------------------------------------------------------

    def send(self, data):
        try:
            self.connection.send(data)
        except (ConnectionError, ssl.SSLError):
            pass  # what the server said before is still to be read

    def read_frame(self, seconds=None):
        """(opcode, payload, fin, rsv1), and nothing that a server must not send."""
        deadline = Deadline(seconds)
        first, second = self.connection.take(2, deadline)
        fin, rsv, opcode = first >> 7, first >> 4 & 7, first & 15
        if second & 0x80:
            raise WireError("the server masked a frame")
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.connection.take(2, deadline))[0]
            assert size > 125, "not the shortest form"
        elif size == 127:
            size = struct.unpack("!Q", self.connection.take(8, deadline))[0]
            assert size > 0xFFFF, "not the shortest form"
        if opcode not in (CONTINUATION, TEXT, CLOSE, PING, PONG):
            raise WireError(f"the server sent opcode {opcode}")
        if rsv and (rsv != 4 or not self.compressed or opcode != TEXT):
            raise WireError(f"the server set reserved bits: {rsv}")
        if opcode >= 8 and (not fin or size > 125):
            raise WireError("the server sent a bad control frame")
        self.frames += 1
        return opcode, self.connection.take(size, deadline), bool(fin), bool(rsv)

    def read_message(self, seconds=None):
        """The text of the next message; pings and pongs on the way are noted, pings answered."""
        parts, packed = [], False
        while True:
            opcode, payload, fin, marked = self.read_frame(seconds)
            if opcode == CLOSE:
                raise parse_close(payload)
            if opcode == PING:
                self.pings += 1
                self.send(frame(PONG, payload))
            elif opcode == PONG:
                self.pongs.append(payload)
            else:
                assert (opcode == CONTINUATION) == bool(parts), "a message within a message"
                parts.append(payload)
                packed |= marked
                if fin:
                    data = b"".join(parts)
                    if packed:
                        data = zlib.decompressobj(-15).decompress(data + b"\0\0\xff\xff")
                    return data.decode("utf-8", "strict")

    def read(self, seconds=None):
        return parse_json(self.read_message(seconds).encode())

    def read_pong(self, seconds=None):
        while True:
            opcode, payload, *_ = self.read_frame(seconds)
            if opcode == CLOSE:
                raise parse_close(payload)
            if opcode == PONG:
                return payload

    def read_end(self, seconds=None):
        """Reads all there is. Returns the code of the close frame, None for one without a code, or
        "cut" if there was none."""
        ending = "cut"
        try:
            while True:
                opcode, payload, *_ = self.read_frame(seconds)
                assert ending == "cut", "a frame behind the close frame"
                if opcode == CLOSE:
                    ending = parse_close(payload).code
        except Closed:
            return ending

    def close(self, code=1000):
        """The closing handshake, started here; returns the server's code."""
        self.send(close_frame(code))
        ending = self.read_end()
        self.connection.close()
        return ending

    # -- messages --------------------------------------------------------------------------------

    def send_text(self, text):
        self.send(frame(TEXT, text.encode() if isinstance(text, str) else text))

    def send_json(self, value):
        self.send_text(json.dumps(value))

    def request(self, method, params=None, request_id=None):
        """Sends a request; returns its id."""
        request_id = next(self._ids) if request_id is None else request_id
        message = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params is not None:
            message["params"] = params
        self.send_json(message)
        return request_id

    def notify(self, method, params=None):
        message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        self.send_json(message)

    def answer_to(self, request_id, others=None):
        """The answer to a request; what comes before it is put into `others`, or fails."""
        while True:
            message = self.read()
            if "method" not in message and message.get("id") == request_id:
                return message
            assert others is not None, message
            others.append(message)

    def call(self, method, params=None, others=None):
        answer = self.answer_to(self.request(method, params), others)
        assert "result" in answer, answer
        return answer["result"]

    def initialize(self, revision="2025-11-25", capabilities=None):
        result = self.call("initialize", {"protocolVersion": revision,
                                          "capabilities": capabilities or {},
                                          "clientInfo": {"name": "troupe-tests", "version": "1"}})
        assert result["protocolVersion"] == revision, result
        self.notify("notifications/initialized")
        return result


def upgrade_headers(key="AAECAwQFBgcICQoLDA0ODw==", subprotocol="mcp", extensions=None, more=None):
    """The fields of an upgrade request besides Host; a value None leaves one out."""
    fields = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Protocol": subprotocol,
        "Sec-WebSocket-Extensions": extensions,
    }
    fields.update(more or {})
    return fields


def parse_close(payload):
    if not payload:
        return CloseReceived(None, "")
    if len(payload) == 1:
        raise WireError("a close frame of one byte")
    code = struct.unpack("!H", payload[:2])[0]
    if code not in _VALID_CLOSES and not 3000 <= code <= 4999 and code not in (1012, 1013):
        raise WireError(f"the server closed with {code}")
    return CloseReceived(code, payload[2:].decode("utf-8", "strict"))


def wait_closed(server, code, before=0):
    """Waits until the server has counted a close frame that it sent."""
    wait_until(lambda: server.metric("troupe_websocket_closes_sent_total", code=str(code)) > before,
               f"a close frame {code} is counted")
