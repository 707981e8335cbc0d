"""The rules of HTTP and of MCP's transport, seen from outside; connections stay usable after them."""

import json

import pytest
from gate import hold, let_go
from mcp.session import Session
from mcp.wire import Closed

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def ask(connection, session, method="POST", path="/mcp", headers=None, body=PING):
    connection.request(method, path, session.headers(headers), body)
    return connection.read_response(head_only=method == "HEAD")


def works(connection, session):
    response = ask(connection, session)
    assert response.status == 200 and response.json()["result"] == {}


@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("LOCALHOST:1", 200), ("127.0.0.1:8000", 200), ("[::1]", 200),
    ("[::1]:65535", 200), ("evil.example.com", 403), ("127.0.0.1.evil.example.com", 403),
    ("localhost.", 403), ("127.0.0.2", 403), ("0.0.0.0", 403), ("example.com:8000", 403),
])
def test_host(session, host, status):
    with session.connect() as connection:
        response = ask(connection, session, headers={"Host": host})
        assert response.status == status
        if status == 403:
            assert response.json()["error"]["code"] == -32600
            works(connection, session)


@pytest.mark.parametrize("origin, status", [
    ("http://localhost", 200), ("https://localhost:8443", 200), ("http://127.0.0.1:3000", 200),
    ("http://[::1]:1", 200), ("null", 403), ("http://evil.example.com", 403), ("localhost", 403),
    ("file://localhost", 403), ("http://localhost.evil.com", 403), ("http://localhost@evil.com", 403),
    ("ftp://localhost", 403), ("", 403),
])
def test_origin(session, origin, status):
    for method, body in (("POST", PING), ("DELETE", None)):
        if method == "DELETE" and status == 200:
            continue
        with session.connect() as connection:
            response = ask(connection, session, method, headers={"Origin": origin}, body=body)
            assert response.status == status, method
            if status == 403:
                works(connection, session)


@pytest.mark.parametrize("path, status", [
    ("/mcp", 200), ("/mcp?x=1", 200), ("/", 404), ("/mcp/", 404), ("/MCP", 404), ("/mcpx", 404),
    ("//mcp", 404), ("/%6dcp", 404), ("/metrics", 404), ("/mcp/../mcp", 404),
])
def test_path(session, path, status):
    with session.connect() as connection:
        assert ask(connection, session, path=path).status == status
        works(connection, session)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "TRACE", "OPTIONS", "CONNECTX", "get"])
def test_method(session, method):
    with session.connect() as connection:
        response = ask(connection, session, method, body=None)
        assert response.status == 405
        assert response.header("allow") == "GET, POST, DELETE"
        works(connection, session)


@pytest.mark.parametrize("accept, status", [
    (None, 200), ("*/*", 200), ("application/json", 200), ("text/event-stream", 200),
    ("text/html", 406), ("application/xml, text/plain", 406), ("image/*", 406),
    ("application/json;q=0, text/event-stream;q=0", 406),
])
def test_accept_of_a_post(session, accept, status):
    with session.connect() as connection:
        connection.request("POST", "/mcp", session.headers({"Accept": accept}), PING)
        got, headers = connection.read_head()
        body = connection.read_body(got, headers)
        assert got == status, body
        works(connection, session)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_accept_of_a_get(session, accept):
    with session.connect() as connection:
        assert ask(connection, session, "GET", headers={"Accept": accept, "Content-Type": None},
                   body=None).status == 406
        works(connection, session)


@pytest.mark.parametrize("content_type, status", [
    ("application/json", 200), ("application/json; charset=utf-8", 200),
    ("APPLICATION/JSON;CHARSET=UTF-8", 200), (None, 415), ("text/plain", 415), ("text/json", 415),
    ("application/jsonx", 415), ("application/json; charset=latin-1", 415),
    ("application/x-www-form-urlencoded", 415), ("multipart/form-data; boundary=x", 415),
])
def test_content_type(session, content_type, status):
    with session.connect() as connection:
        assert ask(connection, session, headers={"Content-Type": content_type}).status == status
        works(connection, session)


def test_a_connection_survives_every_refusal_in_a_row(session):
    with session.connect() as connection:
        for headers, status in (({"Host": "evil"}, 403), ({"Origin": "null"}, 403),
                                ({"Content-Type": "text/plain"}, 415), ({"Accept": "a/b"}, 406),
                                ({"Mcp-Session-Id": "unknown"}, 404),
                                ({"Mcp-Session-Id": None}, 400),
                                ({"MCP-Protocol-Version": "1"}, 400)):
            response = ask(connection, session, headers=headers)
            assert response.status == status
            assert response.json()["error"]["code"] == (-32000 if status == 400 and
                                                        "Mcp-Session-Id" in headers else -32600)
        works(connection, session)


def test_requests_may_be_sent_before_the_answers_are_read(session):
    with session.connect() as connection:
        for number in range(50):
            message = session.message("tools/call", {"name": "echo_arguments",
                                                     "arguments": {"n": number}})
            connection.request("POST", "/mcp", session.headers(), message)
        for number in range(50):
            text = connection.read_response().json()["result"]["content"][0]["text"]
            assert json.loads(text) == {"n": number}


def test_a_pipelined_request_waits_for_the_answer_before_it(session):
    with session.connect() as connection:
        call = session.start_tool("wait", {"key": "pipelined"}, connection=connection)
        other = hold(session)
        connection.request("POST", "/mcp", session.headers(), session.message("ping"))
        let_go(session, other)
        assert session.tool_text("open", key="pipelined", text="first") == "1"
        assert call.text() == "first"
        assert connection.read_response().json()["result"] == {}


@pytest.mark.parametrize("pieces", [2, 7, 100, 1000])
def test_a_request_may_arrive_in_pieces(session, pieces):
    from mcp.wire import encode_request

    data = encode_request("POST", "/mcp", session.headers(),
                          session.message("tools/call", {"name": "echo_arguments",
                                                         "arguments": {"a": "b" * 300}}))
    with session.connect() as connection:
        for _ in range(2):
            connection.send_slowly(data, pieces)
            text = connection.read_response().json()["result"]["content"][0]["text"]
            assert text == json.dumps({"a": "b" * 300}, separators=(",", ":"))


def test_a_chunked_request_is_read(session):
    body = json.dumps(PING).encode()
    with session.connect() as connection:
        for size in (1, 5, 1000):
            chunks = [body[i : i + size] for i in range(0, len(body), size)]
            data = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
            connection.request("POST", "/mcp", session.headers({"Transfer-Encoding": "chunked"}))
            connection.send(data + b"0\r\n\r\n")
            assert connection.read_response().json()["result"] == {}


def test_a_client_that_stops_sending_still_gets_its_answer(session):
    with session.connect() as connection:
        connection.request("POST", "/mcp", session.headers(), PING)
        connection.half_close()
        assert connection.read_response().json()["result"] == {}
        assert connection.is_closed_by_server()
    call = session.start_tool("wait", {"key": "half"})
    call.connection.half_close()
    probe = hold(session)
    let_go(session, probe)
    assert session.tool_text("open", key="half", text="still") == "1"
    assert call.text() == "still"


def test_connection_close_is_obeyed(session):
    with session.connect() as connection:
        response = ask(connection, session, headers={"Connection": "close"})
        assert response.status == 200 and not response.keeps_alive
        assert connection.is_closed_by_server()


def test_http_1_0_is_answered_and_closed(session):
    body = json.dumps(PING).encode()
    with session.connect() as connection:
        connection.send(b"POST /mcp HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        b"Accept: application/json\r\nMcp-Session-Id: %s\r\nContent-Length: %d\r\n\r\n%s"
                        % (session.id.encode(), len(body), body))
        assert connection.read_response().json()["result"] == {}
        assert connection.is_closed_by_server()


def test_an_event_stream_on_http_1_0_is_not_chunked(session):
    with session.connect() as connection:
        connection.send(b"GET /mcp HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                        b"Mcp-Session-Id: %s\r\n\r\n" % session.id.encode())
        headers, stream = connection.read_stream()
        assert "transfer-encoding" not in headers
        assert stream.next().is_priming


def test_expect_continue_is_answered_before_the_body(session):
    body = json.dumps(PING).encode()
    with session.connect() as connection:
        connection.request("POST", "/mcp", session.headers({"Expect": "100-continue",
                                                            "Content-Length": len(body)}))
        assert connection.read_head()[0] == 100
        connection.send(body)
        assert connection.read_response().json()["result"] == {}


def test_timeouts_of_a_slow_request(serve):
    server = serve({"timeouts": {"header_timeout_ms": 300, "body_timeout_ms": 600,
                                 "keep_alive_timeout_ms": 400}})
    session = Session.open(server)
    with server.connect() as silent, server.connect() as head, server.connect() as body:
        head.send(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n")
        body.request("POST", "/mcp", session.headers({"Content-Length": 100}))
        body.send(b"{")
        assert silent.is_closed_by_server()
        for slow in (head, body):
            assert slow.read_response().status == 408
            assert slow.is_closed_by_server()
    with server.connect() as kept:
        works(kept, session)
        assert kept.is_closed_by_server()
    closed = server.metric
    assert closed("troupe_connections_closed_total", reason="header_timeout") >= 2
    assert closed("troupe_connections_closed_total", reason="body_timeout") == 1
    assert closed("troupe_connections_closed_total", reason="keep_alive_timeout") >= 1


def test_cors_is_granted_to_configured_origins_only(serve):
    server = serve({"listen": {"allowed_origins": ["https://app.example"]}})
    session = Session.open(server)
    with session.connect() as connection:
        response = ask(connection, session, headers={"Origin": "https://app.example"})
        assert response.header("access-control-allow-origin") == "https://app.example"
        assert "mcp-session-id" in response.header("access-control-expose-headers").lower()
        connection.request("OPTIONS", "/mcp", {
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,mcp-session-id"})
        preflight = connection.read_response()
        assert preflight.status == 204
        assert "POST" in preflight.header("access-control-allow-methods")
        assert "mcp-session-id" in preflight.header("access-control-allow-headers").lower()
        response = ask(connection, session, headers={"Origin": "https://other.example"})
        assert response.status == 403
        assert response.header("access-control-allow-origin") is None


def test_a_large_refused_body_does_not_poison_the_connection(session):
    body = b"x" * 300_000
    with session.connect() as connection:
        connection.request("POST", "/nowhere", session.headers(), body)
        response = connection.read_response()
        assert response.status == 404
        if response.keeps_alive:
            works(connection, session)
        else:
            try:
                assert connection.is_closed_by_server()
            except Closed:
                pass


def test_the_answer_says_its_date_and_nothing_about_the_software(session):
    with session.connect() as connection:
        response = ask(connection, session)
        assert response.header("date").endswith(" GMT")
        assert response.header("server") is None and response.header("x-powered-by") is None
