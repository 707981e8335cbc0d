"""Heads and bodies that two parsers could understand differently: each is refused, the connection is
closed, and nothing behind it is taken for a request. One row per rule of the gate."""

import pytest
from mcp.session import Session
from mcp.wire import Closed

BODY = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
# If the server took the bytes behind a bad request for another one, this would be answered.
SMUGGLED = (b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Accept: */*\r\nContent-Length: 2\r\n\r\n{}")


def head(*lines, start=b"POST /mcp HTTP/1.1", host=b"Host: localhost"):
    fields = [start] + ([host] if host else []) + [
        b"Content-Type: application/json", b"Accept: application/json", *lines]
    return b"\r\n".join(fields) + b"\r\n\r\n"


LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

CASES = {
    # -- the request line
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 60, 400),
    "no version": (b"POST /mcp\r\nHost: localhost\r\n\r\n", 400),
    "two spaces": (head(start=b"POST  /mcp HTTP/1.1"), 400),
    "a tab": (head(start=b"POST\t/mcp\tHTTP/1.1"), 400),
    "a space at the end": (head(start=b"POST /mcp HTTP/1.1 "), 400),
    "version 2.0": (head(start=b"POST /mcp HTTP/2.0"), 505),
    "version 1.2": (head(start=b"POST /mcp HTTP/1.2"), 505),
    "a small http": (head(start=b"POST /mcp http/1.1"), 400),
    "a bad method": (head(start=b"P(ST /mcp HTTP/1.1"), 400),
    "a control byte in the target": (head(start=b"POST /m\x01cp HTTP/1.1"), 400),
    "a byte over 127 in the target": (head(start=b"POST /m\xc3\xbc HTTP/1.1"), 400),
    "a fragment": (head(start=b"POST /mcp#a HTTP/1.1"), 400),
    "a relative target": (head(start=b"POST mcp HTTP/1.1"), 400),
    "an authority as target": (head(start=b"CONNECT localhost:80 HTTP/1.1"), 400),
    "user data in the target": (head(start=b"POST http://a@localhost/mcp HTTP/1.1"), 400),
    "a long target": (head(start=b"POST /" + b"a" * 5000 + b" HTTP/1.1"), 414),
    "several empty lines first": (b"\r\n\r\n" + head(LENGTH) + BODY, 400),
    # -- fields
    "no host": (head(LENGTH, host=None) + BODY, 400),
    "two hosts": (head(b"Host: localhost", LENGTH) + BODY, 400),
    "a host with a path": (head(LENGTH, host=b"Host: localhost/x") + BODY, 400),
    "a host with user data": (head(LENGTH, host=b"Host: a@localhost") + BODY, 400),
    "an empty host": (head(LENGTH, host=b"Host:") + BODY, 400),
    "a bare LF": (b"POST /mcp HTTP/1.1\nHost: localhost\r\n\r\n", 400),
    "a bare LF in the middle": (head(b"X-A: 1\nX-B: 2", LENGTH) + BODY, 400),
    "a bare CR": (head(b"X-A: 1\rX-B: 2", LENGTH) + BODY, 400),
    "a NUL": (head(b"X-A: 1\0", LENGTH) + BODY, 400),
    "a folded field": (head(b"X-A: 1\r\n 2", LENGTH) + BODY, 400),
    "a space before the colon": (head(b"Content-Length : 5", LENGTH) + BODY, 400),
    "a space before the name": (head(b" Content-Length: 5") + BODY, 400),
    "no colon": (head(b"Content-Length", LENGTH) + BODY, 400),
    "no name": (head(b": 5", LENGTH) + BODY, 400),
    "a quoted name": (head(b'"Host": x', LENGTH) + BODY, 400),
    "two content types": (head(b"Content-Type: text/plain", LENGTH) + BODY, 400),
    "two session ids": (head(b"Mcp-Session-Id: a", b"Mcp-Session-Id: b", LENGTH) + BODY, 400),
    "two versions": (head(*[b"MCP-Protocol-Version: 2025-06-18"] * 2, LENGTH) + BODY, 400),
    "two origins": (head(*[b"Origin: http://localhost"] * 2, LENGTH) + BODY, 400),
    "two last event ids": (head(*[b"Last-Event-ID: 1-1"] * 2, LENGTH) + BODY, 400),
    "many fields": (head(*[b"X-%d: 1" % i for i in range(200)], LENGTH) + BODY, 431),
    "a large field": (head(b"X-A: " + b"a" * 40_000, LENGTH) + BODY, 431),
    "a header without an end": (b"POST /mcp HTTP/1.1\r\n" + b"X: " + b"a" * 40_000, 431),
    # -- framing
    "both framings": (head(LENGTH, CHUNKED) + CHUNKS, 400),
    "both framings the other way": (head(CHUNKED, LENGTH) + CHUNKS, 400),
    "two lengths": (head(LENGTH, b"Content-Length: 3") + BODY, 400),
    "two equal lengths": (head(LENGTH, LENGTH) + BODY, 400),
    "a list of lengths": (head(b"Content-Length: 5, 5") + BODY, 400),
    "a negative length": (head(b"Content-Length: -5") + BODY, 400),
    "a signed length": (head(b"Content-Length: +5") + BODY, 400),
    "a hexadecimal length": (head(b"Content-Length: 0x5") + BODY, 400),
    "a huge length": (head(b"Content-Length: 99999999999999999999") + BODY, 400),
    "an empty length": (head(b"Content-Length:") + BODY, 400),
    "chunked twice": (head(CHUNKED, CHUNKED) + CHUNKS, 400),
    "chunked, chunked": (head(b"Transfer-Encoding: chunked, chunked") + CHUNKS, 501),
    "xchunked": (head(b"Transfer-Encoding: xchunked") + CHUNKS, 501),
    "gzip": (head(b"Transfer-Encoding: gzip") + CHUNKS, 501),
    "gzip, chunked": (head(b"Transfer-Encoding: gzip, chunked") + CHUNKS, 501),
    "chunked, identity": (head(b"Transfer-Encoding: chunked, identity") + CHUNKS, 501),
    "identity": (head(b"Transfer-Encoding: identity", LENGTH) + BODY, 501),
    "chunked on HTTP/1.0": (head(CHUNKED, start=b"POST /mcp HTTP/1.0") + CHUNKS, 400),
    "an unknown expectation": (head(b"Expect: 200-ok", LENGTH) + BODY, 417),
    # -- chunks
    "no chunk size": (head(CHUNKED) + b"\r\n", 400),
    "a signed chunk size": (head(CHUNKED) + b"+5\r\nhello\r\n0\r\n\r\n", 400),
    "a chunk size with 0x": (head(CHUNKED) + b"0x5\r\nhello\r\n0\r\n\r\n", 400),
    "a chunk size with spaces": (head(CHUNKED) + b"5 \r\nhello\r\n0\r\n\r\n", 400),
    "a chunk size of 17 digits": (head(CHUNKED) + b"1" * 17 + b"\r\n", 400),
    "a chunk over the body limit": (head(CHUNKED) + b"FFFFFFFFFFFFFFF\r\n", 413),
    "a bare LF behind the chunk size": (head(CHUNKED) + b"5\nhello\r\n0\r\n\r\n", 400),
    "a chunk longer than it says": (head(CHUNKED) + b"4\r\nhello\r\n0\r\n\r\n", 400),
    "a long chunk extension": (head(CHUNKED) + b"5;a=" + b"b" * 5000 + b"\r\nhello\r\n", 400),
    "a trailer": (head(CHUNKED) + b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n", 400),
    "a bare LF at the end": (head(CHUNKED) + b"5\r\nhello\r\n0\n\n", 400),
}


def answers(connection):
    """Reads responses until the server closes; returns their statuses."""
    statuses = []
    try:
        while True:
            statuses.append(connection.read_response())
    except Closed:
        return statuses


@pytest.mark.parametrize("name", CASES)
def test_the_request_is_refused_and_the_connection_closed(server, name):
    data, status = CASES[name]
    with server.connect() as connection:
        try:
            connection.send(data + SMUGGLED)
        except ConnectionError:
            pass
        responses = answers(connection)
    assert [response.status for response in responses] == [status], responses
    assert not responses[0].keeps_alive
    error = responses[0].json()["error"]
    # A header that repeats what the body says, twice, is one that does not say the same.
    assert error["code"] == (-32020 if name == "two versions" else -32600) and len(error["message"]) > 20


@pytest.mark.parametrize("name", ["both framings", "a bare LF", "a trailer", "xchunked"])
def test_byte_by_byte_makes_no_difference(server, name):
    data, status = CASES[name]
    with server.connect() as connection:
        try:
            connection.send_slowly(data, len(data))
        except ConnectionError:
            pass
        responses = answers(connection)
    assert [response.status for response in responses] == [status]


def test_what_is_unusual_but_right_is_served(server):
    session = Session.open(server)
    id_ = b"mcp-session-id: " + session.id.encode()
    good = [
        b"\r\n" + head(id_, LENGTH) + BODY,
        head(id_, LENGTH, start=b"POST http://localhost/mcp HTTP/1.1") + BODY,
        head(id_, LENGTH, start=b"POST http://localhost:1/mcp?a=b HTTP/1.1", host=b"Host: evil")
        + BODY,
        head(id_, b"TRANSFER-ENCODING:\tChunked") + CHUNKS,
        head(id_, CHUNKED) + b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
        head(id_, CHUNKED) + b"0000%x\r\n%s\r\n000\r\n\r\n" % (len(BODY), BODY),
        head(id_, b"X-Empty:", b"X-Long: " + b"a" * 4000, LENGTH) + BODY,
        head(id_, b"X-Byte: \xe4\xf6", LENGTH) + BODY,
    ]
    with server.connect() as connection:
        for request in good:
            connection.send(request)
            response = connection.read_response()
            assert response.status == 200, (request, response)
    session.delete()


def test_a_truncated_request_is_no_request(server):
    session = Session.open(server)
    before = server.metric("troupe_requests_total", method="ping")
    for cut in (10, 60, 150):
        with server.connect() as connection:
            connection.send((head(b"Mcp-Session-Id: " + session.id.encode(), LENGTH) + BODY)[:-cut])
            connection.half_close()
            answers(connection)
    assert server.metric("troupe_requests_total", method="ping") == before
    assert session.call("ping") == {}
    session.delete()
