"""Modern requests that are right, for a test to put a fault in, and how they are answered."""

import json

from mcp.modern import Modern, make_meta
from mcp.modern_schema import MODERN


class Draft:
    """A request that is right, for faults to be put in: body and headers apart."""

    def __init__(self, request_id="draft"):
        self.body = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call",
                     "params": {"name": "echo_arguments", "arguments": {}, "_meta": make_meta()}}
        self.headers = Modern.headers(self.body)

    @property
    def meta(self):
        return self.body["params"]["_meta"]


def send(connection, body, headers):
    """Returns (status, answer). An error that is decided before the body is read is of the era that
    the header names; only older ones have `id: null`."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", "/mcp", headers, raw)
    response = connection.read_response()
    assert response.keeps_alive, response
    assert response.header("mcp-session-id") is None
    if not response.body:
        return response.status, None
    assert response.header("content-type") == "application/json"
    answer = response.json()
    if response.status not in (403, 415) or headers.get("MCP-Protocol-Version") == MODERN:
        assert answer.get("id", "") is not None, f"id: null: {answer}"
    return response.status, answer


def works(connection):
    draft = Draft()
    status, answer = send(connection, draft.body, draft.headers)
    assert (status, answer["result"]["resultType"]) == (200, "complete")
