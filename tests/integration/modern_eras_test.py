"""Which era a message belongs to, decided by the message and its header alone; and both eras at once, on one
server and on one connection."""

import json

import pytest
from gate import hold, let_go
from mcp.modern import Modern, make_meta
from mcp.modern_schema import META, MODERN
from mcp.session import BOTH, CLIENT

HANDSHAKE = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}
PLAIN = {"Content-Type": "application/json", "Accept": BOTH}


def ask(connection, body, headers=None, method="POST"):
    """One request with exactly these headers."""
    connection.request(method, "/mcp", {**PLAIN, **(headers or {})}, body)
    return connection.read_response()


def error_of(response, status, code, request_id=1):
    """Checks an error's status, code and id; returns it."""
    answer = response.json()
    assert (response.status, answer["error"]["code"]) == (status, code), answer
    assert answer.get("id", "none") == request_id, answer
    return answer["error"]


def request(method, params=None, request_id=1):
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params or {}}


def mirrored(method, **more):
    return {"MCP-Protocol-Version": MODERN, "Mcp-Method": method, **more}


# -- not POST -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_only_post_is_modern(server, session, method):
    with server.connect() as connection:
        for more in ({}, {"Mcp-Session-Id": session.id}):
            response = ask(connection, None, {"MCP-Protocol-Version": MODERN, **more}, method)
            assert response.status == 405
            assert response.header("allow") == "POST"
            assert "id" not in response.json()
        assert ask(connection, request("ping"), session.headers()).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_without_a_modern_header_other_methods_belong_to_sessions(server, method):
    with server.connect() as connection:
        assert ask(connection, None, method=method).status == 400


def test_put_is_no_method_of_either_era(server):
    with server.connect() as connection:
        response = ask(connection, b"{}", mirrored("tools/list"), "PUT")
        assert response.status == 405
        assert "POST" in response.header("allow")


# -- the handshake ------------------------------------------------------------------------------------

def test_a_handshake_without_a_claim_is_legacy(server):
    with server.connect() as connection:
        for asked in ("2025-11-25", "2025-06-18", MODERN, "1999-01-01"):
            response = ask(connection, request("initialize", {**HANDSHAKE, "protocolVersion": asked}))
            assert response.status == 200
            result = response.json()["result"]
            assert result["protocolVersion"] == (asked if asked == "2025-06-18" else "2025-11-25")
            assert response.header("mcp-session-id")


def test_a_handshake_without_a_claim_but_with_a_modern_header_contradicts_itself(server):
    with server.connect() as connection:
        response = ask(connection, request("initialize", HANDSHAKE), mirrored("initialize"))
        error_of(response, 400, -32020)
        assert response.header("mcp-session-id") is None


def test_a_handshake_with_a_claim_is_a_method_that_modern_does_not_have(server):
    body = request("initialize", {**HANDSHAKE, "_meta": make_meta()})
    with server.connect() as connection:
        error_of(ask(connection, body, mirrored("initialize")), 404, -32601)


@pytest.mark.parametrize("claim", ["2025-11-25", "v999.0.0", 7, None])
def test_a_handshake_whose_claim_is_not_modern_is_legacy(server, claim):
    body = request("initialize", {**HANDSHAKE, "_meta": {META + "protocolVersion": claim}})
    with server.connect() as connection:
        response = ask(connection, body)
        assert response.status == 200 and response.header("mcp-session-id")


# -- the rest -----------------------------------------------------------------------------------------

def test_a_claim_makes_a_message_modern(server):
    body = request("tools/list", {"_meta": make_meta()})
    with server.connect() as connection:
        assert ask(connection, body, mirrored("tools/list")).json()["result"]["resultType"] == "complete"
        # The missing header is reported by the modern ladder, not by the rules of sessions.
        error_of(ask(connection, body), 400, -32020)
        error_of(ask(connection, body, {"Mcp-Method": "tools/list"}), 400, -32020)


def test_a_modern_header_alone_makes_a_message_modern(server):
    with server.connect() as connection:
        error_of(ask(connection, request("tools/list"), mirrored("tools/list")), 400, -32602)


def test_a_message_with_neither_belongs_to_a_session(server, session):
    with server.connect() as connection:
        error_of(ask(connection, request("tools/list")), 400, -32000)
        with_session = session.headers({"Mcp-Method": "tools/list"})
        assert "resultType" not in ask(connection, request("tools/list"), with_session).json()["result"]


def test_mcp_method_says_nothing_about_the_era(server):
    with server.connect() as connection:
        response = ask(connection, request("initialize", HANDSHAKE), {"Mcp-Method": "initialize"})
        assert response.status == 200
        fields = {"Mcp-Session-Id": response.header("mcp-session-id"),
                  "Mcp-Method": "notifications/initialized"}
        notice = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert ask(connection, notice, fields).status == 202


def test_modern_requests_ignore_what_belongs_to_sessions(server, session):
    """A session id, its own or another's, and Last-Event-ID change nothing and are not sent back."""
    body = request("tools/call", {"name": "echo_arguments", "arguments": {}, "_meta": make_meta()})
    with server.connect() as connection:
        for more in ({"Mcp-Session-Id": session.id}, {"Mcp-Session-Id": "x"}, {"Last-Event-ID": "7"}):
            fields = mirrored("tools/call", **{"Mcp-Name": "echo_arguments"}, **more)
            response = ask(connection, body, fields)
            assert response.json()["result"]["resultType"] == "complete"
            assert response.header("mcp-session-id") is None


# -- both at once -------------------------------------------------------------------------------------

def test_both_eras_alternate_on_one_connection(server, session):
    modern = Modern(server)
    with server.connect() as connection:
        for round in range(20):
            exchange = modern.start_tool("echo_arguments", {"round": round}, connection=connection)
            assert json.loads(exchange.text()) == {"round": round}
            exchange = session.start_tool("echo_arguments", {"round": -round}, connection=connection)
            result = exchange.result()
            assert json.loads(result["content"][0]["text"]) == {"round": -round}
            assert set(result) == {"content"}, "nothing of the modern era in a session"
            assert session.start("ping", connection=connection).result() == {}


def test_both_eras_share_a_server_and_its_handlers(server, modern, session):
    """Calls of both wait in one handler, with equal ids, and each gets its own answer."""
    with server.connect() as one, server.connect() as two:
        first = hold(modern, request_id=77, connection=one)
        second = hold(session, request_id=77, connection=two)
        let_go(modern, second, "for the session")
        let_go(session, first, "for nobody's session")
        assert first.text() == "for nobody's session"
        assert second.text() == "for the session"


def test_a_modern_request_leaves_no_session_behind(server):
    before = server.metric("troupe_sessions_opened_total")
    modern = Modern(server)
    for method in ("server/discover", "tools/list", "prompts/list"):
        modern.call(method)
    modern.tool_text("echo_inline")
    assert server.metric("troupe_sessions_opened_total") == before


def test_equal_ids_on_many_connections_are_no_trouble(server, modern):
    waiting = [hold(Modern(server), request_id=1) for _ in range(12)]
    for call in reversed(waiting):
        let_go(modern, call, f"answer to {call.key}")
    assert [call.text() for call in waiting] == [f"answer to {call.key}" for call in waiting]
