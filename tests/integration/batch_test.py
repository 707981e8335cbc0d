"""Batches exist in revision 2025-03-26 and in no other."""

import pytest
from gate import hold, let_go
from mcp.session import Session
from mcp.wire import parse_json

OLD = "2025-03-26"


@pytest.fixture(scope="module")
def old(server):
    session = Session.open(server, OLD)
    yield session
    session.delete()


def ping(session):
    return session.message("ping")


def answers(exchange):
    """All answers of a batch by id, whether they came as JSON or on a stream."""
    found = {}
    while (message := exchange.next()) is not None:
        for one in message if isinstance(message, list) else [message]:
            assert one["id"] not in found
            found[one["id"]] = one
    return found


def test_every_request_of_a_batch_is_answered_once(old):
    batch = [ping(old), old.message("tools/list"), old.message("no/such"),
             {"jsonrpc": "2.0", "method": "notifications/unheard-of"},
             old.message("tools/call", {"name": "echo_arguments", "arguments": {"a": 1}})]
    exchange = old.post(batch)
    assert exchange.status == 200
    found = answers(exchange)
    assert set(found) == {m["id"] for m in batch if "id" in m}
    assert found[batch[0]["id"]]["result"] == {}
    assert found[batch[2]["id"]]["error"]["code"] == -32601
    assert found[batch[4]["id"]]["result"]["content"][0]["text"] == '{"a":1}'


def test_a_batch_of_one_is_answered_as_a_batch(old):
    exchange = old.post([ping(old)])
    exchange.read_head()
    message = parse_json(exchange.body)
    assert isinstance(message, list) and len(message) == 1


def test_a_batch_of_notifications_and_responses_is_accepted(old):
    old.accepted([{"jsonrpc": "2.0", "method": "notifications/unheard-of"},
                  {"jsonrpc": "2.0", "id": 99, "result": {}}])


def test_a_bad_element_does_not_spoil_the_others(old):
    good = ping(old)
    exchange = old.post([good, {"jsonrpc": "1.0", "id": 70, "method": "ping"}, 7])
    found = answers_with_null(exchange)
    assert found[good["id"]]["result"] == {}
    assert found[70]["error"]["code"] == -32600
    assert found[None]["error"]["code"] == -32600


def answers_with_null(exchange):
    exchange.read_head()
    return {one["id"]: one for one in parse_json(exchange.body)}


def test_the_calls_of_a_batch_run_at_the_same_time(old, server):
    other = Session.open(server)
    keys = ["batch-a", "batch-b"]
    batch = [old.message("tools/call", {"name": "wait", "arguments": {"key": key}})
             for key in keys]
    exchange = old.post(batch)
    probe = hold(other)
    for key in reversed(keys):
        assert other.tool_text("open", key=key, text=key) == "1"
    found = answers(exchange)
    assert [found[m["id"]]["result"]["content"][0]["text"] for m in batch] == keys
    let_go(other, probe)
    other.delete()


def test_a_batch_with_progress_comes_as_a_stream(old):
    batch = [old.message("tools/call", {"name": "steps", "arguments": {"count": 2},
                                        "_meta": {"progressToken": n}}) for n in (1, 2)]
    exchange = old.post(batch)
    assert exchange.is_stream
    messages = []
    while (message := exchange.next()) is not None:
        messages += message if isinstance(message, list) else [message]
    notes = [m["params"]["progressToken"] for m in messages if "method" in m]
    assert sorted(notes) == [1, 1, 2, 2]
    assert {m["id"] for m in messages if "id" in m} == {m["id"] for m in batch}


@pytest.mark.parametrize("body", [b"[]", b"[ ]"])
def test_an_empty_batch_is_invalid(old, body):
    exchange = old.post(body)
    assert exchange.status == 400
    assert exchange.next()["error"]["code"] == -32600


def test_too_large_a_batch_is_refused(old):
    exchange = old.post([ping(old) for _ in range(101)])
    assert exchange.status == 400
    error = exchange.next()["error"]
    assert error["code"] == -32600 and "100" in error["message"]


def test_initialize_is_not_accepted_in_a_batch(server):
    session = Session(server.address, OLD)
    exchange = session.post([session.initialize_message()])
    assert exchange.status == 400
    assert "mcp-session-id" not in exchange.headers


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-06-18", "2025-11-25"])
@pytest.mark.parametrize("notifications_only", [False, True])
def test_other_revisions_have_no_batches(server, revision, notifications_only):
    session = Session.open(server, revision)
    element = {"jsonrpc": "2.0", "method": "notifications/x"} if notifications_only else ping(session)
    exchange = session.post([element])
    assert exchange.status == 400
    error = exchange.next()["error"]
    assert error["code"] == -32600 and "2025-03-26" in error["message"]
    session.delete()
