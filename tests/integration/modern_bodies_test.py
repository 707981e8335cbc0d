"""Bodies of modern requests that nobody should send: too large, too deep, half, twice."""

import json

import pytest
from drafts import Draft, send, works
from mcp.modern import make_meta
from mcp.wire import encode_request


def test_a_body_that_is_too_large(serve):
    server = serve({"limits": {"max_body_bytes": 4096, "max_drain_bytes": 65536}})
    draft = Draft()
    draft.body["params"]["arguments"]["text"] = "x" * 8000
    with server.connect() as connection:
        status, answer = send(connection, draft.body, draft.headers)
        assert (status, answer["error"]["code"]) == (413, -32600) and "id" not in answer
        works(connection)


@pytest.mark.parametrize("arguments, code", [
    (b'{"a":' * 100 + b"1" + b"}" * 100, -32600),
    (b"[" * 100 + b"]" * 100, -32600),
    (b'{"a":1e999}', -32600), (b'{"a":01}', -32700), (b'{"a":NaN}', -32700), (b'{"a":"\xff"}', -32700),
    (b'{"a":"\\ud800"}', -32700), (b'{"a":1,}', -32700), (b"{} x", -32700),
])
def test_json_that_is_none_or_too_deep(server, arguments, code):
    body = b'{"jsonrpc":"2.0","id":"draft","method":"tools/call","params":{"name":"echo_arguments","_meta":' + (
        json.dumps(make_meta()).encode()) + b',"arguments":' + arguments + b"}}"
    with server.connect() as connection:
        status, answer = send(connection, body, Draft().headers)
        assert (status, answer["error"]["code"]) == (400, code), answer
        works(connection)


@pytest.mark.parametrize("member", ["jsonrpc", "id", "method", "params"])
def test_a_member_that_is_there_twice(server, member):
    """Whoever stands before us may have read the other one."""
    draft = Draft()
    text = json.dumps(draft.body)
    twice = text[:-1] + f', "{member}": {json.dumps(draft.body[member])}}}'
    with server.connect() as connection:
        status, answer = send(connection, twice.encode(), draft.headers)
        assert (status, answer["error"]["code"]) == (400, -32600), answer
        works(connection)


def test_half_a_request_is_answered_by_nothing(server):
    """Its client has gone; and the server serves the others."""
    draft = Draft()
    body = json.dumps(draft.body).encode()
    connection = server.connect()
    connection.request("POST", "/mcp", {**draft.headers, "Content-Length": str(len(body) + 1)}, body)
    connection.half_close()
    assert b"result" not in connection.read_to_end()
    with server.connect() as other:
        works(other)


def test_a_request_in_many_pieces(server):
    draft = Draft()
    with server.connect() as connection:
        connection.send_slowly(encode_request("POST", "/mcp", draft.headers, draft.body, connection.host), 40)
        assert connection.read_response().json()["result"]["resultType"] == "complete"
