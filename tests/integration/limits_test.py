"""Every limit: what is over it is refused and told which one it was; what ends makes room again."""

import json

import pytest
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.session import CLIENT, Session
from mcp.wire import Closed


def refusal(response, status, limit):
    """Checks an HTTP refusal because of a limit."""
    assert response.status == status, response
    assert int(response.header("retry-after")) > 0
    error = response.json()["error"]
    assert limit in error["message"], error
    return error


def initialize(server):
    """POSTs initialize on a connection of its own; returns the response."""
    session = Session(server.address)
    with server.connect() as connection:
        connection.request("POST", server.path, session.headers(), session.initialize_message())
        return connection.read_response()


def counted(server, limit):
    return server.metric("troupe_limit_refusals_total", limit=limit)


@pytest.mark.parametrize("threads", [1, 2])
def test_connections(serve, threads):
    limit = 20
    server = serve({"listen": {"io_threads": threads}, "limits": {"max_connections": limit}})
    body = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    kept, refused = [], 0

    def one():
        nonlocal refused
        connection = server.connect()
        try:
            connection.request("POST", server.path, headers, body)
            response = connection.read_response()
        except (Closed, ConnectionError):
            return None
        if response.status == 200:
            kept.append(connection)
            return True
        refusal(response, 503, "connections")
        assert connection.is_closed_by_server()
        refused += 1
        return False

    for _ in range(limit + 10):
        one()
    assert len(kept) == limit, "every slot is used, whatever thread accepted"
    assert refused > 0
    assert server.metric("troupe_connections") == limit
    assert server.metric("troupe_connections_refused_total", reason="connection_limit") >= refused
    for connection in kept[:5]:
        connection.close()
    del kept[:5]
    wait_until(lambda: server.metric("troupe_connections") == limit - 5, "the slots came back")
    for _ in range(5):
        wait_until(one, "a slot is given again")
    assert len(kept) == limit


@pytest.mark.parametrize("threads", [1, 2])
def test_sessions(serve, threads):
    server = serve({"listen": {"io_threads": threads}, "limits": {"max_sessions": 10}})
    sessions = [Session.open(server) for _ in range(10)]
    for _ in range(6):
        error = refusal(initialize(server), 503, "sessions")
        assert "uninitialized" not in error["message"]
    assert counted(server, "sessions") == 6
    assert sessions[0].call("ping") == {}
    for session in sessions:
        session.delete()
    sessions = [Session.open(server) for _ in range(10)]
    refusal(initialize(server), 503, "sessions")


def test_sessions_that_are_not_initialised(serve):
    server = serve({"limits": {"max_uninitialized_sessions": 3}})
    waiting = []
    for _ in range(3):
        waiting.append(Session(server.address))
        waiting[-1].initialize()
    refusal(initialize(server), 503, "uninitialized_sessions")
    waiting[0].notify("notifications/initialized")
    fourth = Session(server.address)
    fourth.initialize()
    refusal(initialize(server), 503, "uninitialized_sessions")
    fourth.delete()
    fifth = Session(server.address)
    fifth.initialize()


def over_limit(session, status, limit):
    """Starts one call too many."""
    call = session.start_tool("wait", {"key": "over"})
    with pytest.raises(RpcError) as refused:
        call.result()
    assert call.status == status
    assert refused.value.code == -32603
    assert int(call.headers["retry-after"]) > 0
    assert limit in refused.value.message


def test_calls_of_one_session(serve):
    server = serve({"shutdown": {"limit_ms": 100}, "limits": {"max_calls_in_flight_per_session": 3}})
    session, other = Session.open(server), Session.open(server)
    # Others than the waiting ones would need a slot themselves, so another session looks.
    calls = [session.start_tool("wait", {"key": f"k{i}"}) for i in range(3)]
    wait_until(lambda: len(json.loads(other.tool_text("waiting"))) == 3, "all calls run")
    over_limit(session, 429, "calls_per_session")
    assert session.call("ping") == {}
    assert session.tool_text("echo_inline", a=1) == '{"a":1}'
    assert other.tool_text("open", key="k1") == "1"
    assert calls[1].text() == "opened"
    assert session.tool_text("waiting")
    assert counted(server, "calls_per_session") == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_calls_of_all_sessions(serve, threads):
    server = serve({"listen": {"io_threads": threads}, "limits": {"max_calls_in_flight": 8},
                    "shutdown": {"limit_ms": 100}})
    # An inline tool needs no slot and can look while all are taken.
    sessions = [Session.open(server) for _ in range(4)]
    calls = [session.start_tool("wait", {"key": f"k{i}"})
             for session in sessions for i in range(2)]
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 8, "all calls run")
    for session in sessions:
        over_limit(session, 503, "calls")
        assert session.tool_text("echo_inline", a=1) == '{"a":1}'
    calls[0].session.cancel(calls[0].request_id)
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 7, "a slot came back")

    def opened():
        try:
            return sessions[3].tool_text("open", key="k1") == "4"
        except RpcError:
            return False

    wait_until(opened, "the slot reaches another thread")


def test_streams_of_one_session(serve):
    server = serve({"limits": {"max_streams_per_session": 2}})
    session = Session.open(server)
    streams = [session.open_stream() for _ in range(2)]
    with session.connect() as connection:
        connection.request("GET", server.path, {"Accept": "text/event-stream",
                                                "Mcp-Session-Id": session.id})
        refusal(connection.read_response(), 429, "streams")
    resumed = session.open_stream(streams[0].next_event().id)
    assert resumed.connection
    assert counted(server, "streams_per_session") == 1


def test_subscriptions_of_one_session(serve):
    server = serve({"limits": {"max_subscriptions_per_session": 1}})
    session = Session.open(server)
    session.call("resources/subscribe", {"uri": "test://counter"})
    session.call("resources/subscribe", {"uri": "test://counter"})
    with pytest.raises(RpcError) as refused:
        session.call("resources/subscribe", {"uri": "test://other"})
    assert "subscriptions_per_session" in refused.value.message
    assert refused.value.code == -32603
    session.call("resources/unsubscribe", {"uri": "test://counter"})
    session.call("resources/subscribe", {"uri": "test://other"})


def test_body_size(serve):
    """The original document's case: 10,000 bytes against a limit of 1,024."""
    server = serve({"limits": {"max_body_bytes": 1024}})
    session = Session.open(server)
    body = json.dumps(session.message("tools/call", {
        "name": "echo_arguments", "arguments": {"text": "x" * 10_000}})).encode()
    for chunked in (False, True):
        with session.connect() as connection:
            if chunked:
                connection.request("POST", server.path,
                                   session.headers({"Transfer-Encoding": "chunked"}))
                connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            else:
                connection.request("POST", server.path, session.headers(), body)
            response = connection.read_response()
            assert response.status == 413
            assert response.json()["error"]["code"] == -32600
            if response.keeps_alive:
                connection.request("POST", server.path, session.headers(),
                                   session.message("ping"))
                assert connection.read_response().json()["result"] == {}
            else:
                assert connection.is_closed_by_server()
    assert session.tool_text("echo_arguments", a=1) == '{"a":1}'
    just_enough = session.message("ping")
    padded = json.dumps(just_enough).encode().ljust(1024)
    assert session.post(padded).status == 200
    assert session.post(padded + b" ").status == 413


def test_json_depth_and_size(serve):
    server = serve({"limits": {"max_json_depth": 10, "max_json_values": 100,
                               "max_json_members": 20}})
    session = Session.open(server)

    def answer(arguments):
        exchange = session.start_tool("echo_arguments", arguments)
        exchange.next()
        return exchange.status

    deep = {}
    for _ in range(20):
        deep = {"a": deep}
    assert answer({"a": 1}) == 200
    assert answer(deep) == 400
    assert answer({"a": list(range(200))}) == 400
    assert answer({str(i): i for i in range(30)}) == 400
    assert session.call("ping") == {}
