"""Standard input and output: what they may be, both eras over them, and when the process ends."""

import json
import os
import subprocess
import tty

import pytest
from gate import cancelled, new_key, waiting
from mcp.caller import RpcError
from mcp.deadline import SLOWNESS, wait_until
from mcp.lines import StdioServer
from mcp.modern_schema import MODERN, SUBSCRIPTION_ID

INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def line(message):
    return json.dumps(message).encode() + b"\n"


def ping(number):
    return {"jsonrpc": "2.0", "id": number, "method": "ping"}


# -- what they are -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_session_of_every_revision(start, kind, revision):
    client = start(kind)
    assert client.initialize(revision)["protocolVersion"] == revision
    assert client.call("ping") == {}
    assert any(one["name"] == "echo_arguments" for one in client.call("tools/list")["tools"])
    assert json.loads(client.tool_text("echo_arguments", a="Grüße 日本")) == {"a": "Grüße 日本"}


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_the_modern_era(start, kind):
    client = start(kind)
    found = client.call("server/discover", modern=True)
    assert MODERN in found["supportedVersions"] and found["resultType"] == "complete"
    assert json.loads(client.tool_text("echo_arguments", modern=True, a=1)) == {"a": 1}
    with pytest.raises(RpcError) as refused:
        client.call("no/such", modern=True)
    assert refused.value.code == -32601


def test_a_probe_and_then_a_handshake(start):
    client = start()
    client.call("server/discover", modern=True)
    with pytest.raises(RpcError) as unsupported:
        client.call("server/discover", modern=True, version="2099-01-01")
    assert unsupported.value.code == -32022
    with pytest.raises(RpcError):
        client.call("tools/list")
    client.initialize()
    assert client.call("tools/list")["tools"]
    assert client.call("tools/list", modern=True)["resultType"] == "complete"


def test_a_file_as_input(test_binary, tmp_path):
    """All that is in it is answered, then the process ends."""
    file = tmp_path / "input"
    calls = [{"jsonrpc": "2.0", "id": i, "method": "tools/call",
              "params": {"name": "echo_arguments", "arguments": {"i": i}}} for i in range(1, 30)]
    file.write_bytes(b"".join(map(line, [INITIALIZE, INITIALIZED, *calls])).rstrip(b"\n"))
    with file.open("rb") as stdin:
        server = StdioServer(test_binary, tmp_path / "server", stdin=stdin)
    answers = server.rest()
    assert sorted(one["id"] for one in answers) == list(range(30))
    assert all("result" in one for one in answers)
    server.end()


def test_files_as_input_and_output(test_binary, tmp_path):
    source, target = tmp_path / "input", tmp_path / "output"
    source.write_bytes(line(INITIALIZE) + line(INITIALIZED) + b"".join(line(ping(i)) for i in range(1, 2001)))
    with source.open("rb") as stdin, target.open("wb") as stdout:
        done = subprocess.run([test_binary, "--stdio"], stdin=stdin, stdout=stdout,
                              stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(one)["id"] for one in target.read_text().splitlines()] == list(range(2001))


def test_no_input_at_all(test_binary, tmp_path):
    with open(os.devnull, "rb") as null:
        server = StdioServer(test_binary, tmp_path / "server", stdin=null)
    assert server.rest() == []
    code, took = server.wait_exit()
    assert code == 0 and took < 1 * SLOWNESS
    server.end()


def test_a_terminal(test_binary, tmp_path):
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    server = StdioServer(test_binary, tmp_path / "server", stdin=theirs)
    server.close_input()
    server.writer = ours
    server.initialize()
    assert server.call("ping") == {}
    assert os.get_blocking(theirs)  # its flags are as they were
    os.close(theirs)
    server.end()


# -- lines ---------------------------------------------------------------------------------------


def test_bytes_one_at_a_time_and_all_kinds_of_line_ends(start):
    client = start()
    data = line(INITIALIZE).replace(b"\n", b"\r\n") + b"\n\r\n" + line(INITIALIZED) + line(ping(1))
    for byte in data:
        client.write(bytes([byte]))
    assert client.response(0)["result"]["serverInfo"]
    assert client.response(1)["result"] == {}


def test_ten_thousand_requests_at_once(start):
    client = start()
    client.initialize()
    count = 10_000
    data = b"".join(line(ping(1000 + i)) for i in range(count))
    sent = 0
    os.set_blocking(client.writer, False)
    seen = []
    while len(seen) < count:
        if sent < len(data):
            try:
                sent += os.write(client.writer, data[sent:sent + 65536])
                continue
            except BlockingIOError:
                pass
        seen.append(client.read_message()["id"])
    assert seen == [1000 + i for i in range(count)]
    os.set_blocking(client.writer, True)


def test_ten_thousand_calls_of_handlers_a_few_at_a_time(start):
    client = start()
    client.initialize()
    count, window = 10_000, 32
    for i in range(count + window):
        if i < count:
            client.start_tool("echo_arguments", {"i": i}, request_id=f"c{i}")
        if i >= window:
            answer = client.result(f"c{i - window}")
            assert json.loads(answer["content"][0]["text"]) == {"i": i - window}


def test_a_huge_line_is_refused_and_the_next_served(start):
    client = start(config={"limits": {"max_body_bytes": 100_000}})
    client.initialize()
    client.write(b'{"jsonrpc":"2.0","id":5,"method":"' + b"x" * 5_000_000 + b'"}\n')
    assert client.response(None)["error"]["code"] == -32600
    assert client.call("ping") == {}
    client.write(b'{"a":' + b"x" * 99_000 + b"}\n")
    assert client.response(None)["error"]["code"] == -32700
    assert client.call("ping") == {}


def test_large_messages_in_both_directions(start):
    client = start()
    client.initialize()
    text = "ü" * 500_000
    assert json.loads(client.tool_text("echo_arguments", text=text))["text"] == text


def test_batches_exist_in_one_revision(start):
    client = start()
    client.initialize("2025-03-26")
    client.write(line([ping("a"), INITIALIZED, ping("b")]))
    assert [one["id"] for one in client.read_message()] == ["a", "b"]
    other = start()
    other.initialize()
    other.write(line([ping("a")]))
    assert other.response(None)["error"]["code"] == -32600


# -- what a client does --------------------------------------------------------------------------


@pytest.mark.parametrize("modern", [False, True])
def test_progress_comes_before_the_answer(start, modern):
    client = start()
    if not modern:
        client.initialize()
    params = {"name": "steps", "arguments": {"count": 3}}
    if modern:
        request = client.start("tools/call", params, modern=True, progress_token="p")
    else:
        request = client.start("tools/call", {**params, "_meta": {"progressToken": "p"}})
    client.result(request)
    told = [one["params"]["progress"] for one in client.notifications]
    assert told == [1, 2, 3]


def test_one_handler_asks_clients_of_both_eras(start):
    answer = {"action": "accept", "content": {"name": "Ada"}}
    client = start()
    client.initialize(capabilities={"elicitation": {}})
    client.answers["elicitation/create"] = answer
    assert json.loads(client.tool_text("ask", what="form"))["form"] == answer
    assert len(client.asked) == 1
    asks = {"elicitation": {}}
    first = client.call("tools/call", {"name": "ask", "arguments": {"what": "form"}}, modern=True,
                        capabilities=asks)
    assert first["resultType"] == "input_required"
    second = client.call("tools/call", {
        "name": "ask", "arguments": {"what": "form"}, "requestState": first["requestState"],
        "inputResponses": {"form": answer}}, modern=True, capabilities=asks)
    assert json.loads(second["content"][0]["text"])["form"] == answer
    assert len(client.asked) == 1


@pytest.mark.parametrize("modern", [False, True])
def test_a_cancellation_ends_the_right_call(start, modern):
    client = start()
    client.initialize()
    keys = [new_key() for _ in range(10)]
    requests = [client.start_tool("wait", {"key": key}, modern=modern) for key in keys]
    wait_until(lambda: set(keys) <= set(waiting(client)), "all calls wait")
    client.cancel(requests[3])
    client.cancel("no such request")
    wait_until(lambda: cancelled(client) == [keys[3]], "the handler was told")
    for key in keys:
        client.tool_text("open", key=key, text=key)
    for number, (key, request) in enumerate(zip(keys, requests)):
        if number != 3:
            assert client.result(request)["content"][0]["text"] == key
    client.call("ping")
    assert not client.has_response(requests[3])


def test_subscriptions_are_told_apart(start):
    client = start()
    ids = ["all", 7]
    for number, one in enumerate(ids):
        wanted = {"resourceSubscriptions": ["test://counter"]}
        if number == 1:
            wanted["toolsListChanged"] = True
        client.start("subscriptions/listen", {"notifications": wanted}, request_id=one, modern=True)
        told = client.next_notification()
        assert told["method"] == "notifications/subscriptions/acknowledged"
        assert told["params"]["_meta"][SUBSCRIPTION_ID] == one
    client.tool_text("touch", modern=True, uri="test://counter")
    told = [client.next_notification() for _ in ids]
    assert {one["params"]["_meta"][SUBSCRIPTION_ID] for one in told} == set(ids)
    client.cancel("all")
    client.tool_text("touch", modern=True, uri="test://counter")
    assert client.next_notification()["params"]["_meta"][SUBSCRIPTION_ID] == 7
    client.close_input()
    rest = client.rest()
    assert [one["id"] for one in rest] == [7]
    assert rest[0]["result"]["_meta"][SUBSCRIPTION_ID] == 7


def test_hooks_and_notify(start):
    client = start()
    client.initialize()
    # Hooks run beside the session, not before its answer.
    me = wait_until(lambda: json.loads(client.tool_text("hooks")), "the hook was called")[-1]["id"]
    assert client.tool_text("notify_client", client=me, method="notifications/test") == "delivered"
    assert any(one["method"] == "notifications/test" for one in client.notifications)
