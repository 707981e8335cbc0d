"""A plain MCP client on a socket: opens a legacy session and sends one request at a time."""

import json
import socket

REVISION = "2025-11-25"


class Answer:
    def __init__(self, head: bytes, body: bytes):
        status_line, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(status_line.split()[1])
        self.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        self.body = body
        self.size = len(head) + 4 + len(body)


class Client:
    """One connection, and the headers that every request carries."""

    def __init__(self, port: int, headers: dict[str, str] | None = None):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = headers or {
            "Host": f"127.0.0.1:{port}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        self.rest = b""

    def open_session(self) -> None:
        client = {"name": "bench", "version": "1"}
        answer = self.request(
            "initialize", {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": client}
        )
        self.headers["Mcp-Session-Id"] = answer.headers["mcp-session-id"]
        self.headers["MCP-Protocol-Version"] = REVISION
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        accepted = self.post(json.dumps(note).encode())
        if accepted.status != 202:
            raise RuntimeError(f"notifications/initialized was answered with {accepted.status}")

    def request(self, method: str, params: dict) -> Answer:
        return self.post(encode_request(method, params))

    def post(self, body: bytes) -> Answer:
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"POST /mcp HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)

    def receive(self) -> Answer:
        while b"\r\n\r\n" not in self.rest:
            self.read_more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = int(Answer(head, b"").headers.get("content-length", 0))
        while len(self.rest) < length:
            self.read_more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return Answer(head, body)

    def read_more(self) -> None:
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError("the server closed the connection")
        self.rest += more


def encode_request(method: str, params: dict, identifier: int = 1) -> bytes:
    message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
    return json.dumps(message, separators=(",", ":")).encode()


def result_of(answer: Answer) -> dict:
    """The result of a request that worked; anything else raises."""
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}: {answer.body[:200]!r}")
    message = json.loads(answer.body)
    if "result" not in message:
        raise RuntimeError(f"an error: {answer.body[:200]!r}")
    return message["result"]
