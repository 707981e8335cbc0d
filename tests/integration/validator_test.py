"""The tests' own checks must be able to fail: wrong messages are refused, right ones are not."""

import copy

import pytest
from mcp.schema import LEGACY, Invalid, id_key, schema
from mcp.session import Session
from mcp.sse import Event
from mcp.wire import WireError, parse_json

TOOL = {"name": "echo", "description": "d", "inputSchema": {"type": "object"}}
RESULTS = {
    "initialize": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {"listChanged": True}},
        "serverInfo": {"name": "s", "version": "1"},
    },
    "ping": {},
    "tools/list": {"tools": [TOOL]},
    "tools/call": {"content": [{"type": "text", "text": "t"}]},
    "resources/read": {"contents": [{"uri": "test://a", "text": "t"}]},
    "prompts/get": {"messages": [{"role": "user", "content": {"type": "text", "text": "t"}}]},
    "completion/complete": {"completion": {"values": ["a"]}},
}


def checked(revision, message, method=None, own=()):
    methods = {id_key(message["id"]): method} if method else {}
    schema(revision).check_message(message, methods, own)


def answer(result, request_id=1):
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


@pytest.mark.parametrize("revision", LEGACY)
@pytest.mark.parametrize("method", RESULTS)
def test_right_results_pass(revision, method):
    checked(revision, answer(RESULTS[method]), method)


@pytest.mark.parametrize("revision", LEGACY)
@pytest.mark.parametrize("method, damage", [
    ("initialize", lambda r: r.pop("serverInfo")),
    ("ping", lambda r: r.update(resultType="complete")),
    ("tools/list", lambda r: r["tools"][0].pop("inputSchema")),
    ("tools/list", lambda r: r["tools"][0]["inputSchema"].update(type="array")),
    ("tools/list", lambda r: r.update(nextCursor=7)),
    ("tools/call", lambda r: r.update(content={"type": "text", "text": "t"})),
    ("tools/call", lambda r: r["content"][0].pop("text")),
    ("resources/read", lambda r: r["contents"][0].pop("uri")),
    ("prompts/get", lambda r: r["messages"][0].update(role="system")),
    ("completion/complete", lambda r: r["completion"].update(values="a")),
])
def test_wrong_results_are_refused(revision, method, damage):
    result = copy.deepcopy(RESULTS[method])
    damage(result)
    with pytest.raises(Invalid):
        checked(revision, answer(result), method)


@pytest.mark.parametrize("message", [
    {"id": 1, "result": {}},
    {"jsonrpc": "1.0", "id": 1, "result": {}},
    {"jsonrpc": "2.0", "id": 1, "result": {}, "error": None},
    {"jsonrpc": "2.0", "id": 1, "result": {}, "extra": 1},
    {"jsonrpc": "2.0", "id": None, "result": {}},
    {"jsonrpc": "2.0", "id": 1.5, "result": {}},
    {"jsonrpc": "2.0", "id": 1},
    {"jsonrpc": "2.0", "id": 1, "error": {"code": "x", "message": "m"}},
    {"jsonrpc": "2.0", "id": 1, "error": {"code": -32603}},
    {"jsonrpc": "2.0", "error": {"code": -32603, "message": "m"}},
    {"jsonrpc": "2.0", "method": "notifications/unheard-of"},
    {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}},
    {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "loud", "data": 1}},
    {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {"messages": []}},
    [],
    "text",
])
@pytest.mark.parametrize("revision", LEGACY)
def test_wrong_envelopes_are_refused(revision, message):
    with pytest.raises(Invalid):
        schema(revision).check_message(message, {id_key(1): "ping"})


@pytest.mark.parametrize("revision", LEGACY)
def test_a_result_that_nobody_asked_for_is_refused(revision):
    with pytest.raises(Invalid):
        checked(revision, answer({}, "1"), None)
    with pytest.raises(Invalid):
        schema(revision).check_message(answer({}, "1"), {id_key(1): "ping"})


@pytest.mark.parametrize("revision", LEGACY)
def test_errors_and_own_notifications_pass(revision):
    checked(revision, {"jsonrpc": "2.0", "id": "a", "error": {"code": -1, "message": "m"}})
    checked(revision, {"jsonrpc": "2.0", "id": None, "error": {"code": -1, "message": "m"}})
    checked(revision, {"jsonrpc": "2.0", "method": "test", "params": {}}, own=("test",))


def test_what_a_revision_does_not_know_is_refused():
    elicitation = {"jsonrpc": "2.0", "id": 1, "method": "elicitation/create",
                   "params": {"message": "m", "requestedSchema": {"type": "object",
                                                                  "properties": {}}}}
    checked("2025-06-18", elicitation)
    with pytest.raises(Invalid):
        checked("2025-03-26", elicitation)
    audio = {"content": [{"type": "audio", "data": "AA==", "mimeType": "audio/wav"}]}
    checked("2025-03-26", answer(audio), "tools/call")
    with pytest.raises(Invalid):
        checked("2024-11-05", answer(audio), "tools/call")


@pytest.mark.parametrize("text", [
    b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\xff"}', b"{", b'{"a":1} x',
])
def test_what_is_not_strict_json_is_refused(text):
    with pytest.raises(WireError):
        parse_json(text)


def test_an_event_id_that_means_two_events_is_refused():
    session = Session(("127.0.0.1", 1))
    session.check_event(Event(id="1-1", data="a"))
    session.check_event(Event(id="1-1", data="a"))
    with pytest.raises(AssertionError):
        session.check_event(Event(id="1-1", data="b"))
