"""Ids come back exactly as they were sent, or are refused; and what is no JSON-RPC message is told."""

import json

import pytest
from mcp.session import Session
from mcp.wire import parse_json

KEPT = ["0", "1", "-1", "9007199254740993", "-9007199254740993", "9223372036854775807",
        "-9223372036854775808", '""', '"1"', '"a b"', r'"\u0000"', r'"\"\\\n"', '"\u00fc\u20ac"',
        '"\U0001f3ad"', json.dumps("x" * 1024)]
REFUSED = ["1.5", "1.0", "1e3", "-0.0", "18446744073709551616", "-9223372036854775809", "1e400",
           "null", "true", "[]", "[1]", "{}", json.dumps("x" * 1025)]


def raw_request(identifier, method="ping"):
    return f'{{"jsonrpc":"2.0","id":{identifier},"method":"{method}"}}'.encode()


def raw_id(body):
    """The text of the member `id` of an answer, as it stands in the bytes."""
    text = body.decode()
    start = text.index('"id":') + 5
    decoder = json.JSONDecoder()
    _, end = decoder.raw_decode(text, start)
    return text[start:end]


def post(session, body):
    with session.connect() as connection:
        connection.request("POST", session.path, session.headers(), body)
        return connection.read_response()


@pytest.mark.parametrize("identifier", KEPT)
@pytest.mark.parametrize("method", ["ping", "tools/list", "no/such"])
def test_an_id_comes_back_without_loss(session, identifier, method):
    response = post(session, raw_request(identifier, method))
    assert response.status == 200
    sent = json.loads(identifier)
    got = parse_json(response.body)["id"]
    assert (type(got), got) == (type(sent), sent)
    if not identifier.startswith('"'):
        assert raw_id(response.body) == identifier


@pytest.mark.parametrize("identifier", REFUSED)
def test_an_id_that_could_not_be_echoed_is_refused(session, identifier):
    response = post(session, raw_request(identifier))
    message = parse_json(response.body)
    assert response.status == 400
    assert message["id"] is None
    assert message["error"]["code"] in (-32600, -32700)


@pytest.mark.parametrize("identifier", ["18446744073709551615", "9223372036854775808"])
def test_unsigned_64_bit_ids_are_kept(session, identifier):
    response = post(session, raw_request(identifier))
    assert raw_id(response.body) == identifier


@pytest.mark.parametrize("identifier", ["7", '"seven"', "9007199254740993"])
def test_ids_are_kept_through_handlers_streams_and_errors(session, identifier):
    for tool, accept in (("echo_arguments", "application/json"),
                         ("echo_arguments", "text/event-stream"), ("no_such", "application/json")):
        call = session.post(
            f'{{"jsonrpc":"2.0","id":{identifier},"method":"tools/call","params":'
            f'{{"name":"{tool}","arguments":{{}}}}}}'.encode(), {"Accept": accept})
        call.read_head()
        text = call.stream.next_event().data if call.is_stream else call.body.decode()
        while call.is_stream and not text:
            text = call.stream.next_event().data
        assert raw_id(text.encode()) == identifier


MALFORMED = [
    ("", -32700), ("{", -32700), ("ping", -32700), ('{"jsonrpc":"2.0"', -32700),
    ("{'jsonrpc':'2.0'}", -32700), ('{"jsonrpc":"2.0","id":1,"method":"ping"} x', -32700),
    ('{"jsonrpc":"2.0","id":1,"method":"ping",}', -32700),
    ('{"jsonrpc":"2.0","id":01,"method":"ping"}', -32700),
    ('{"jsonrpc":"2.0","id":1,"method":"p\x01ng"}', -32700),
    ('// hello\n{"jsonrpc":"2.0","id":1,"method":"ping"}', -32700),
    ('\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}', -32700),
    ('{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', -32700),
    ("7", -32600), ('"ping"', -32600), ("null", -32600), ("true", -32600), ("{}", -32600),
    ('{"id":1,"method":"ping"}', -32600),
    ('{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600),
    ('{"jsonrpc":"2.1","id":1,"method":"ping"}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":7}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":null}', -32600),
    ('{"jsonrpc":"2.0","id":1}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', -32600),
    ('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}', -32600),
    ('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}', -32600),
    ('{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"m"}}', -32600),
    ('{"jsonrpc":"2.0","id":1,"result":7}', -32600),
    ('{"jsonrpc":"2.0","result":{}}', -32600),
    ('{"jsonrpc":"2.0","method":7}', -32600),
    ('{"method":"notifications/initialized"}', -32600),
    ('{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}', -32600),
]


@pytest.mark.parametrize("body, code", MALFORMED)
def test_what_is_no_message_is_refused(session, body, code):
    with session.connect() as connection:
        connection.request("POST", session.path, session.headers(), body.encode("utf-8"))
        response = connection.read_response()
        assert response.status == 400
        message = parse_json(response.body)
        assert message["error"]["code"] == code, message
        assert message["id"] in (None, 1, 2)
        session.check(message)
        connection.request("POST", session.path, session.headers(), session.message("ping"))
        assert connection.read_response().json()["result"] == {}, "the connection stays usable"


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
def test_bytes_that_are_no_utf8_are_refused(session, bad):
    response = post(session, b'{"jsonrpc":"2.0","id":1,"method":"' + bad + b'"}')
    assert response.status == 400
    assert parse_json(response.body)["error"]["code"] == -32700


def test_members_that_nobody_knows_are_ignored(session):
    message = session.message("tools/call", {"name": "echo_arguments", "task": {"ttl": 1}, "x": [1]})
    message["extra"] = {"a": 1}
    assert session.post(message).text() == "{}"


@pytest.mark.parametrize("number", ["1e400", "123456789012345678901234567890", "-1e-400", "1e-5"])
def test_extreme_numbers_in_arguments_do_no_harm(server, session, number):
    body = ('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_arguments",'
            f'"arguments":{{"n":{number}}}}}}}').encode()
    response = post(session, body)
    assert response.status in (200, 400)
    if response.status == 200:
        parse_json(parse_json(response.body)["result"]["content"][0]["text"])
    assert Session.open(server).call("ping") == {}
