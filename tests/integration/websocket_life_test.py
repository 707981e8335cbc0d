"""WebSockets from the upgrade to the end: who may open one, sessions and modern requests on it, silence,
slowness, drain; and Debian's python3-websockets as a client that is not ours."""

import json

import pytest
from mcp.deadline import SLOWNESS, wait_until
from mcp.modern import make_meta
from mcp.session import Session
from mcp.websocket import (PING, PONG, TEXT, CloseReceived, WebSocket, close_frame, frame,
                           upgrade_headers, wait_closed)

LISTEN = "subscriptions/listen"
SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"


def modern_call(socket, name, request_id=None, **arguments):
    return socket.request("tools/call", {"name": name, "arguments": arguments, "_meta": make_meta()},
                          request_id)


def text_of(answer):
    return answer["result"]["content"][0]["text"]


# -- the upgrade --------------------------------------------------------------------------------------

def ask(server, path="/mcp", method="GET", body=None, host=None, **more):
    """Asks for an upgrade; underscores in names are dashes."""
    fields = upgrade_headers(more={name.replace("_", "-"): value for name, value in more.items()})
    if host is not None:
        fields["Host"] = host
    with server.connect() as connection:
        connection.request(method, path, fields, body)
        status, headers = connection.read_head()
        if status != 101:
            headers["body"] = connection.read_body(status, headers, head_only=method == "HEAD")
        return status, headers


@pytest.mark.parametrize("status, asked", [
    (101, {}),
    (404, {"path": "/other"}),
    (403, {"host": "evil.example"}),
    (403, {"Origin": "http://evil.example"}),
    (403, {"Origin": "null"}),
    (403, {"Origin": "http://evil.example", "Sec_WebSocket_Version": "8"}),
    (101, {"Origin": "http://localhost:6274"}),
    (426, {"Sec_WebSocket_Version": "8"}),
    (426, {"Sec_WebSocket_Version": None}),
    (400, {"Sec_WebSocket_Version": ["13", "13"]}),
    (400, {"Sec_WebSocket_Key": None}),
    (400, {"Sec_WebSocket_Key": "c2hvcnQ="}),
    (400, {"Sec_WebSocket_Key": "not base64 at all!"}),
    (400, {"Sec_WebSocket_Protocol": "chat"}),
    (101, {"Sec_WebSocket_Protocol": "chat, mcp"}),
    (101, {"Sec_WebSocket_Protocol": None}),
    (400, {"body": b"{}"}),
    (101, {"Connection": "keep-alive, Upgrade"}),
    (101, {"Upgrade": "WebSocket"}),
])
def test_who_may_open_one(server, status, asked):
    before = server.metric("troupe_connections_accepted_total", transport="websocket")
    seen, headers = ask(server, **asked)
    assert seen == status, headers
    if status != 101:
        assert json.loads(headers["body"])["error"]["message"]
        assert server.metric("troupe_connections_accepted_total", transport="websocket") == before
    if status == 426:
        assert headers["sec-websocket-version"] == "13" and headers["upgrade"] == "websocket"


@pytest.mark.parametrize("status, asked", [
    (400, {"Connection": "keep-alive"}), (400, {"Upgrade": None}), (400, {"Upgrade": "h2c"}),
    (405, {"method": "HEAD"})])
def test_what_asks_for_no_websocket_gets_none(server, status, asked):
    """GET without a session id is refused as ever."""
    assert ask(server, **asked)[0] == status


def test_where_it_is_switched_off_the_request_is_an_ordinary_one(serve):
    server = serve({"websocket": {"enabled": False}})
    assert ask(server)[0] == 400


def test_a_connection_may_serve_http_first(server):
    session = Session.open(server)
    with server.connect() as connection:
        session.start("ping", connection=connection).result()
        connection.request("GET", "/mcp", upgrade_headers())
        assert connection.read_head()[0] == 101
    session.delete()


# -- both eras ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_session_lives_on_the_connection(server, revision):
    with WebSocket(server.address) as socket:
        assert socket.initialize(revision)["serverInfo"]["name"] == "troupe"
        assert socket.call("ping") == {}
        called = socket.call("tools/call", {"name": "echo_arguments", "arguments": {"a": 1}})
        assert called["content"][0]["text"] == '{"a":1}'
        assert server.metric("troupe_sessions") >= 1
        assert socket.close() == 1000


def test_without_a_session_legacy_requests_are_refused(server):
    with WebSocket(server.address) as socket:
        answer = socket.answer_to(socket.request("ping"))
        assert answer["error"]["code"] == -32000
        socket.initialize()
        assert socket.call("ping") == {}


def test_text_that_is_no_json_leaves_the_connection_open(server):
    with WebSocket(server.address) as socket:
        for text in ("", "{", "[1,", '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', "\0"):
            socket.send_text(text)
            assert socket.read()["error"]["code"] in (-32700, -32600)
        socket.initialize()


def test_many_modern_calls_at_once(server):
    with WebSocket(server.address) as socket:
        ids = [modern_call(socket, "echo_arguments", n=n) for n in range(50)]
        answers = {}
        while len(answers) < 50:
            message = socket.read()
            answers[message["id"]] = json.loads(text_of(message))
        assert answers == {request_id: {"n": n} for n, request_id in enumerate(ids)}


def test_listens_and_cancellation(server):
    with WebSocket(server.address) as socket, WebSocket(server.address) as other:
        for request_id in ("a", "b"):
            socket.request(LISTEN, {"_meta": make_meta(), "notifications": {
                "resourceSubscriptions": ["test://counter"]}}, request_id)
            told = socket.read()
            assert told["method"] == "notifications/subscriptions/acknowledged", told
        assert text_of(other.answer_to(modern_call(other, "touch", uri="test://counter"))) == "touched"
        seen = {socket.read()["params"]["_meta"][SUBSCRIPTION_ID] for _ in range(2)}
        assert seen == {"a", "b"}
        socket.notify("notifications/cancelled", {"requestId": "a"})
        waits = modern_call(socket, "wait", key="cancelled-on-a-websocket")

        def is_waiting():
            answer = other.answer_to(modern_call(other, "waiting"))
            return "cancelled-on-a-websocket" in text_of(answer)

        wait_until(is_waiting, "the call waits")
        socket.notify("notifications/cancelled", {"requestId": waits})
        wait_until(lambda: "cancelled-on-a-websocket" in text_of(
            other.answer_to(modern_call(other, "cancelled"))), "the handler was told")
        other.answer_to(modern_call(other, "touch", uri="test://counter"))
        told = socket.read()
        assert told["params"]["_meta"][SUBSCRIPTION_ID] == "b", told


# -- silence, slowness, limits ------------------------------------------------------------------------

def test_a_silent_client_is_pinged_and_a_dead_one_given_up(serve):
    server = serve({"websocket": {"ping_interval_ms": 200, "pong_timeout_ms": 300}})
    with WebSocket(server.address) as socket:
        for _ in range(3):
            opcode, payload, *_ = socket.read_frame()
            assert opcode == PING
            socket.send(frame(PONG, payload))
        assert socket.read_end() == "cut"
    wait_until(lambda: server.metric("troupe_connections_closed_total", transport="websocket",
                                     reason="keep_alive_timeout") == 1, "the end is counted")


def test_a_slow_consumer_is_cut_off_and_others_are_served(serve):
    server = serve({"limits": {"max_output_bytes": 65536}, "streams": {"replay_bytes": 4096},
                    "timeouts": {"write_timeout_ms": 500}})
    with WebSocket(server.address, receive_buffer=4096) as slow, WebSocket(server.address) as other:
        for _ in range(40):
            modern_call(slow, "big", bytes=1_000_000)
        assert text_of(other.answer_to(modern_call(other, "echo_inline"))) == "{}"
        wait_until(lambda: server.metric("troupe_connections", transport="websocket") == 1,
                   "the slow client is cut off")
        assert text_of(other.answer_to(modern_call(other, "echo_inline"))) == "{}"
    closed = [server.metric("troupe_connections_closed_total", transport="websocket", reason=reason)
              for reason in ("write_timeout", "slow_consumer")]
    assert sum(closed) >= 1


def test_slots_are_given_back_however_it_ends(serve):
    server = serve({"limits": {"max_connections": 4}, "websocket": {"close_timeout_ms": 300}})
    endings = [lambda s: s.close(), lambda s: s.connection.reset(), lambda s: s.connection.close(),
               lambda s: s.send(frame(3)), lambda s: s.send(frame(TEXT, b"\xff")),
               lambda s: s.connection.half_close()]
    for ending in endings * 3:
        socket = WebSocket(server.address)
        ending(socket)
        socket.connection.close()
        wait_until(lambda: server.metric("troupe_connections", transport="websocket") == 0, "it is closed")
    wait_closed(server, 1002)
    wait_closed(server, 1007)
    sockets = [WebSocket(server.address) for _ in range(4)]
    with server.connect() as fifth:
        assert fifth.read_response().status == 503
    for socket in sockets:
        socket.connection.close()


# -- drain --------------------------------------------------------------------------------------------

def test_drain_closes_with_1001_after_running_calls(serve, tmp_path):
    server = serve()
    door = tmp_path / "door"
    idle, legacy, modern = (WebSocket(server.address) for _ in range(3))
    legacy.initialize()
    first = legacy.request("tools/call", {"name": "wait_file", "arguments": {"path": str(door)}})
    second = modern_call(modern, "wait_file", path=str(door))
    modern.request(LISTEN, {"_meta": make_meta(), "notifications": {"toolsListChanged": True}}, "l")
    assert modern.read()["method"] == "notifications/subscriptions/acknowledged"
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 2, "the calls run")
    server.terminate()
    with pytest.raises(CloseReceived) as closed:
        idle.read()
    assert closed.value.code == 1001
    idle.send(close_frame(1001))
    others = []
    wait_until(lambda: server.admin_get("/readyz").status == 503, "/readyz says 503")
    door.touch()
    assert text_of(legacy.answer_to(first)) == "the file is there"
    assert text_of(modern.answer_to(second, others)) == "the file is there"
    for socket in (legacy, modern):
        with pytest.raises(CloseReceived) as closed:
            while True:
                others.append(socket.read())
        assert closed.value.code == 1001
        socket.send(close_frame(1001))
    assert any(message.get("id") == "l" and "result" in message for message in others), others
    code, took = server.wait_exit()
    assert code == 0 and took < 5 * SLOWNESS


# -- a client that is not ours ------------------------------------------------------------------------

def test_python3_websockets(server):
    asyncio = pytest.importorskip("asyncio")
    websockets = pytest.importorskip("websockets")

    async def talk():
        url = f"ws://{server.address[0]}:{server.address[1]}{server.path}"
        async with websockets.connect(url, subprotocols=["mcp"]) as socket:
            assert socket.subprotocol == "mcp"
            for size in (1, 1000, 70_000, 500_000):
                request = {"jsonrpc": "2.0", "id": size, "method": "tools/call",
                           "params": {"name": "echo_inline", "arguments": {"a": "ü" * size},
                                      "_meta": make_meta()}}
                await socket.send(json.dumps(request, ensure_ascii=False))
                answer = json.loads(await socket.recv())
                assert json.loads(text_of(answer)) == {"a": "ü" * size}
            await socket.send([json.dumps(request)[:50], json.dumps(request)[50:]])
            assert json.loads(await socket.recv())["id"] == size
            await asyncio.wait_for(await socket.ping(b"are you there"), 20)
        assert socket.close_code == 1000
        async with websockets.connect(url, subprotocols=["mcp"]) as socket:
            await socket.send(b"binary")
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1003

    asyncio.run(talk())
