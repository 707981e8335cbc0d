"""A plain MCP client on a socket: opens a legacy session and sends one request at a time."""

import json
import socket

REVISION = "2025-11-25"
MODERN = "2026-07-28"

# Four digits, as all ids that a load may put in its place (load.lua).
FIRST_ID = 1000


class Answer:
    def __init__(self, head: bytes, body: bytes, size: int):
        status_line, *lines = head.decode("latin-1").strip().split("\r\n")
        self.status = int(status_line.split()[1])
        self.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        self.body = body
        self.size = size  # of everything, as it came


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

    def use_modern(self, method: str, params: dict) -> bytes:
        """A request of revision 2026-07-28: the body, and from now on the headers that repeat it."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        }
        self.headers["MCP-Protocol-Version"] = MODERN
        self.headers["Mcp-Method"] = method
        if "name" in params:
            self.headers["Mcp-Name"] = params["name"]
        return encode_request(method, {**params, "_meta": meta})

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
        head = self.read_until(b"\r\n\r\n")
        answer = Answer(head, b"", len(head))
        if "chunked" in answer.headers.get("transfer-encoding", ""):
            self.receive_chunks(answer)
        else:
            answer.body = self.read_exactly(int(answer.headers.get("content-length", 0)))
            answer.size += len(answer.body)
        return answer

    def receive_chunks(self, answer: Answer) -> None:
        size = -1
        while size != 0:
            line = self.read_until(b"\r\n")
            size = int(line, 16)
            chunk = self.read_exactly(size + 2)
            answer.body += chunk[:-2]
            answer.size += len(line) + len(chunk)

    def read_until(self, end: bytes) -> bytes:
        while end not in self.rest:
            self.read_more()
        return self.read_exactly(self.rest.index(end) + len(end))

    def read_exactly(self, size: int) -> bytes:
        while len(self.rest) < size:
            self.read_more()
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def read_more(self) -> None:
        more = self.socket.recv(65536)
        if not more:
            raise RuntimeError("the server closed the connection")
        self.rest += more


def encode_request(method: str, params: dict, identifier: int = FIRST_ID) -> bytes:
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
