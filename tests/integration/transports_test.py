"""README's table of transports and revisions: each cell of it, with what a client does every day."""

import json
import pathlib
import re

import pytest
from channel_fixtures import TRANSPORTS, Transports
from mcp.deadline import wait_until
from mcp.modern import make_meta
from mcp.modern_schema import MODERN, SUBSCRIPTION_ID, modern_schema
from mcp.schema import LEGACY, id_key, schema

_README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
CELLS = [(transport, revision) for transport in TRANSPORTS for revision in (*LEGACY, MODERN)
         if (transport, revision) != ("sse", MODERN)]


@pytest.fixture(scope="module")
def transports(test_binary, tmp_path_factory):
    every = Transports(test_binary, tmp_path_factory.mktemp("transports"))
    yield every
    every.stop()


def cells_of_readme():
    """The cells with a yes of the table whose first column is called Transport."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in _README.read_text().splitlines() if line.startswith("|")]
    head = next(row for row in rows if row[0] == "Transport")
    found = set()
    for row in rows[rows.index(head) + 2:]:
        name = re.search(r"`(\w+)`", row[0])
        if name is None:
            break
        found |= {(name[1], head[i].strip("`")) for i in range(1, len(row)) if row[i] == "yes"}
    return found


def test_readme_promises_just_what_is_tested_here():
    assert cells_of_readme() == set(CELLS)


@pytest.mark.parametrize("transport,revision", [cell for cell in CELLS if cell[1] != MODERN])
def test_a_session(transports, transport, revision):
    channel = transports.open_session(transport, revision, {"sampling": {}, "roots": {}})
    checks = schema(revision)
    methods = {}

    def ask(method, params=None, **more):
        name = f"{method}-{len(methods)}"
        methods[id_key(name)] = method
        before, answer = channel.request(method, params, request_id=name, **more)
        for message in (*before, answer):
            checks.check_message(message, methods, set())
        return before, answer["result"]

    tools = ask("tools/list")[1]["tools"]
    assert {"echo_arguments", "ask", "steps"} <= {tool["name"] for tool in tools}
    before, result = ask("tools/call", {"name": "echo_arguments", "arguments": {"a": "ü"}})
    assert (before, result["content"][0]["text"]) == ([], '{"a":"ü"}')
    before, result = ask("tools/call", {"name": "steps", "arguments": {"count": 3},
                                        "_meta": {"progressToken": 7}})
    assert [note["params"]["progress"] for note in before] == [1, 2, 3]
    roots = {"roots": [{"uri": "file:///a"}]}
    before, result = ask("tools/call", {"name": "ask", "arguments": {"what": "roots"}},
                         answers={"roots/list": roots})
    assert [message["method"] for message in before] == ["roots/list"]
    assert "file:///a" in result["content"][0]["text"]
    # What belongs to no request: the list has changed.
    if transport == "http":
        channel.listen()
    other = transports.open_session(transport, revision) if transport != "stdio" else channel
    name = f"{transport}-{revision}"
    other.tell({"jsonrpc": "2.0", "id": "add", "method": "tools/call",
                "params": {"name": "add", "arguments": {"kind": "tool", "name": name}}})
    while channel.hear().get("method") != "notifications/tools/list_changed":
        pass
    if other is not channel:
        while other.hear().get("id") != "add":
            pass
        other.close()
    channel.close()


@pytest.mark.parametrize("transport", [cell[0] for cell in CELLS if cell[1] == MODERN])
def test_modern_requests(transports, transport):
    channel = transports.open(transport)
    checks = modern_schema()
    methods = {}

    def ask(method, params=None, progress_token=None):
        name = f"{method}-{len(methods)}"
        methods[id_key(name)] = method
        meta = make_meta({"elicitation": {"form": {}}}, progress_token=progress_token)
        before, answer = channel.request(method, {**(params or {}), "_meta": meta}, request_id=name)
        for message in (*before, answer):
            checks.check_message(message, methods, set())
        return before, answer["result"]

    assert MODERN in ask("server/discover")[1]["supportedVersions"]
    assert ask("tools/list")[1]["tools"]
    before, result = ask("tools/call", {"name": "steps", "arguments": {"count": 3}},
                         progress_token="p")
    assert [note["params"]["progress"] for note in before] == [1, 2, 3]
    call = {"name": "ask", "arguments": {"what": "form"}}
    _, result = ask("tools/call", call)
    assert result["resultType"] == "input_required"
    answers = {key: {"action": "accept", "content": {"name": "Ada"}}
               for key in result["inputRequests"]}
    _, result = ask("tools/call", {**call, "inputResponses": answers,
                                   "requestState": result["requestState"]})
    assert "Ada" in result["content"][0]["text"]
    # A subscription, and its notification with its tag.
    channel.tell({"jsonrpc": "2.0", "id": 77, "method": "subscriptions/listen", "params": {
        "notifications": {"resourceSubscriptions": ["test://counter"]}, "_meta": make_meta()}})
    assert channel.hear()["method"] == "notifications/subscriptions/acknowledged"
    touch = channel if transport != "http" else transports.open("http")
    touch.tell({"jsonrpc": "2.0", "id": "touch", "method": "tools/call", "params": {
        "name": "touch", "arguments": {"uri": "test://counter"}, "_meta": make_meta()}})
    heard = channel.hear()
    while heard.get("method") != "notifications/resources/updated":
        heard = channel.hear()
    assert heard["params"]["_meta"][SUBSCRIPTION_ID] == 77
    if touch is not channel:
        touch.close()
    channel.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_notify_goes_the_way_that_the_session_has(transports, transport):
    channel = transports.open_session(transport, LEGACY[-1])

    def tool_text(name, **arguments):
        before, answer = channel.request("tools/call", {"name": name, "arguments": arguments})
        return before, answer["result"]["content"][0]["text"]

    name = tool_text("whoami")[1]
    if transport == "http":
        wanted = {"client": name, "method": "test", "params": {}}
        assert tool_text("notify_client", **wanted)[1] == "notification not supported"
        channel.drain()
        channel.listen()
    channel.send(json.dumps({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {
        "name": "notify_client", "arguments": {"client": name, "method": "test", "params": {}}}}))
    texts = [channel.take(), channel.take()]
    assert '{"jsonrpc":"2.0","method":"test","params":{}}' in texts
    assert any('"delivered"' in text for text in texts)
    channel.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_metrics_tell_transports_apart(transports, transport):
    if transport == "stdio":
        pytest.skip("its server has no admin endpoint; test_stdio looks at its log")
    server = transports.unix if transport == "unix" else transports.tcp
    server.admin = server.admin or admin_of(server)
    before = server.metric("troupe_sessions_opened_total", transport=transport)
    channel = transports.open_session(transport, LEGACY[-1])
    assert server.metric("troupe_sessions_opened_total", transport=transport) == before + 1
    if transport != "http":
        assert server.metric("troupe_connections", transport=transport) >= 1
    assert server.metric("troupe_requests_total", transport=transport, method="initialize") >= 1
    channel.close()
    reason = "deleted" if transport == "http" else "disconnected"
    wait_until(lambda: server.metric("troupe_sessions_ended_total", transport=transport,
                                     reason=reason) >= 1, "the session has ended")


def admin_of(server):
    found = server.wait_log(r"metrics and health on http://([^\s:/]+):(\d+)")
    return found[1], int(found[2])
