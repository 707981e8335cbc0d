"""Sessions from initialize to DELETE (specification, basic/lifecycle and basic/transports)."""

import base64
import re

import pytest
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.schema import LATEST, LEGACY
from mcp.session import Session

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{22,}")


def post(server, headers, body, connection=None):
    """One POST with just these headers; returns the response."""
    with connection or server.connect() as connection:
        fields = {"Content-Type": "application/json",
                  "Accept": "application/json, text/event-stream", **headers}
        connection.request("POST", server.path, fields, body)
        return connection.read_response()


PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def test_initialize_says_who_the_server_is_and_what_it_can(server):
    session = Session(server.address)
    result = session.initialize()
    assert result["serverInfo"]["name"] == "troupe"
    assert result["serverInfo"]["version"]
    assert result["capabilities"] == {
        "tools": {"listChanged": True},
        "resources": {"subscribe": True, "listChanged": True},
        "prompts": {"listChanged": True},
        "logging": {},
        "completions": {},
    }


def test_session_ids_are_random_and_unique(server):
    ids = []
    for _ in range(200):
        session = Session(server.address)
        session.initialize()
        session.delete()
        ids.append(session.id)
    assert len(set(ids)) == len(ids)
    raw = []
    for one in ids:
        assert SESSION_ID.fullmatch(one), one
        raw.append(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))
    # At least 128 bits that differ from session to session, and no byte that repeats in all.
    varying = sum(len({r[i] for r in raw}) > 50 for i in range(len(raw[0])))
    assert varying >= 16, f"only {varying} random bytes"


@pytest.mark.parametrize("revision", LEGACY)
def test_each_legacy_revision_is_served_as_itself(server, revision):
    session = Session.open(server, revision)
    assert session.call("ping") == {}
    assert session.call("tools/list")["tools"]
    assert session.delete().status == 204


@pytest.mark.parametrize("asked", ["2026-07-28", "2099-01-01", "1.0", ""])
def test_an_unknown_revision_is_answered_with_the_latest_legacy_one(server, asked):
    session = Session(server.address)
    message = session.initialize_message()
    message["params"]["protocolVersion"] = asked
    exchange = session.post(message)
    assert exchange.result()["protocolVersion"] == LATEST


@pytest.mark.parametrize("params", [
    None,
    {},
    {"protocolVersion": 7, "capabilities": {}, "clientInfo": {"name": "n", "version": "1"}},
    {"protocolVersion": LATEST, "capabilities": [], "clientInfo": {"name": "n", "version": "1"}},
    {"protocolVersion": LATEST, "capabilities": {}, "clientInfo": "n"},
    {"protocolVersion": LATEST, "capabilities": {}, "clientInfo": {"version": "1"}},
])
def test_a_bad_initialize_opens_no_session(serve, params):
    server = serve()
    session = Session(server.address)
    exchange = session.post(session.message("initialize", params, 5))
    with pytest.raises(RpcError) as refused:
        exchange.result()
    assert refused.value.code == -32602
    assert "mcp-session-id" not in exchange.headers
    wait_until(lambda: server.metric("troupe_sessions_ended_total", reason="refused") == 1,
               "its actor has ended")
    for limit in ("sessions", "uninitialized_sessions"):
        wait_until(lambda limit=limit: server.metric("troupe_limit_used", limit=limit) == 0,
                   "its slots came back")


def test_requests_before_initialized_are_refused_but_ping_is_not(server):
    session = Session(server.address)
    session.initialize()
    assert session.call("ping") == {}
    for method in ("tools/list", "tools/call", "resources/list", "logging/setLevel", "no/such"):
        with pytest.raises(RpcError) as refused:
            session.call(method, {"name": "echo_arguments"})
        assert refused.value.code == -32000, method
    session.notify("notifications/initialized")
    assert session.call("tools/list")["tools"]
    session.delete()


def test_a_second_initialize_is_refused(server):
    session = Session(server.address)
    session.initialize()
    for ready in (False, True):
        exchange = session.post(session.initialize_message(9))
        with pytest.raises(RpcError) as refused:
            exchange.result()
        assert (exchange.status, refused.value.code) == (200, -32001), ready
        if not ready:
            session.notify("notifications/initialized")
    assert session.call("ping") == {}
    session.delete()


def test_initialized_twice_is_harmless(server):
    session = Session.open(server)
    session.notify("notifications/initialized")
    assert session.call("ping") == {}
    session.delete()


def test_without_a_session_id_every_operation_is_400(server):
    assert post(server, {}, PING).status == 400
    with server.connect() as connection:
        connection.request("GET", server.path, {"Accept": "text/event-stream"})
        assert connection.read_response().status == 400
        connection.request("DELETE", server.path)
        assert connection.read_response().status == 400


@pytest.mark.parametrize("name", [
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x", "client-0-1", "A" * 500, "!!!", "../../etc/passwd",
])
def test_an_unknown_session_is_404(server, name):
    headers = {"Mcp-Session-Id": name}
    assert post(server, headers, PING).status == 404
    with server.connect() as connection:
        connection.request("GET", server.path, {"Accept": "text/event-stream", **headers})
        assert connection.read_response().status == 404
        connection.request("DELETE", server.path, headers)
        assert connection.read_response().status == 404


@pytest.mark.parametrize("ready", [False, True])
def test_delete_ends_the_session_for_every_method(server, ready):
    session = Session(server.address)
    session.initialize()
    if ready:
        session.notify("notifications/initialized")
    response = session.delete()
    assert (response.status, response.body) == (204, b"")
    headers = {"Mcp-Session-Id": session.id}
    assert post(server, headers, PING).status == 404
    assert post(server, headers, {"jsonrpc": "2.0", "method": "notifications/x"}).status == 404
    with server.connect() as connection:
        connection.request("GET", server.path, {"Accept": "text/event-stream", **headers})
        assert connection.read_response().status == 404
    assert session.delete().status == 404


def test_delete_ends_open_streams_properly(server):
    session = Session.open(server)
    stream = session.open_stream()
    assert session.delete().status == 204
    while stream.next() is not None:
        pass


def test_an_initialize_with_a_session_id_is_answered_by_that_session(server):
    session = Session.open(server)
    exchange = session.post(session.initialize_message(3))
    with pytest.raises(RpcError) as refused:
        exchange.result()
    assert refused.value.code == -32001
    session.delete()


@pytest.mark.parametrize("version, status", [
    ("2025-11-25", 200), (None, 200), ("1999-01-01", 400), ("latest", 400), ("", 400),
])
def test_the_version_header_must_name_a_revision(session, version, status):
    exchange = session.start("ping", headers={"MCP-Protocol-Version": version})
    exchange.read_head()
    assert exchange.status == status


def test_initialize_works_with_and_without_the_version_header(server):
    for headers in ({}, {"MCP-Protocol-Version": LATEST}):
        session = Session(server.address)
        exchange = session.post(session.initialize_message(), headers)
        assert exchange.result()["protocolVersion"] == LATEST


def test_two_sessions_are_isolated(server):
    one, two = Session.open(server), Session.open(server)
    assert one.tool_text("whoami") != two.tool_text("whoami")
    one.delete()
    assert two.call("ping") == {}
    two.delete()


def test_notifications_and_unasked_responses_are_accepted(session):
    session.notify("notifications/cancelled", {"requestId": 12345})
    session.notify("notifications/roots/list_changed")
    session.notify("notifications/unheard-of", {"a": 1})
    session.accepted({"jsonrpc": "2.0", "id": 77, "result": {}})
    session.accepted({"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "m"}})
    assert session.call("ping") == {}
