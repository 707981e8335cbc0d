"""Completion, log levels, progress, ping, prompts and resources, as the specification has them."""

import json

import pytest
from mcp.caller import RpcError
from mcp.schema import LEGACY
from mcp.session import Session

LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]


def logged(session):
    exchange = session.start_tool("log_all_levels")
    exchange.result()
    return [note["params"]["level"] for note in exchange.notifications]


@pytest.mark.parametrize("level", LEVELS)
def test_only_messages_of_the_level_and_above_are_sent(session, level):
    assert session.call("logging/setLevel", {"level": level}) == {}
    assert logged(session) == LEVELS[LEVELS.index(level):]


def test_the_level_is_the_sessions_own_and_info_at_first(server, session):
    other = Session.open(server)
    session.call("logging/setLevel", {"level": "emergency"})
    assert logged(other) == LEVELS[1:]
    other.delete()


def test_a_log_message_carries_data_and_logger(session):
    session.call("logging/setLevel", {"level": "emergency"})
    exchange = session.start_tool("log_all_levels")
    exchange.result()
    assert exchange.notifications[0]["params"] == {
        "level": "emergency", "logger": "tests", "data": {"said": "emergency"}}


def complete(session, ref, name, value, **more):
    return session.call("completion/complete", {
        "ref": ref, "argument": {"name": name, "value": value}, **more})["completion"]


GREET = {"type": "ref/prompt", "name": "greet"}


@pytest.mark.parametrize("revision", LEGACY)
def test_completion_gives_at_most_a_hundred_values(server, revision):
    session = Session.open(server, revision)
    all_ = complete(session, GREET, "name", "")
    assert len(all_["values"]) == 100 and all_["hasMore"] is True and all_["total"] >= 101
    some = complete(session, GREET, "name", "name14")
    assert some["values"] == ["name14"] + [f"name14{i}" for i in range(10)]
    assert not some.get("hasMore")
    assert complete(session, GREET, "name", "zzz")["values"] == []
    session.delete()


def test_completion_of_a_template_and_of_what_has_none(session):
    template = {"type": "ref/resource", "uri": "test://items/{id}"}
    assert complete(session, template, "id", "")["values"] == ["1", "2", "3"]
    assert complete(session, GREET, "style", "")["values"] == []
    assert complete(session, GREET, "no-such-argument", "")["values"] == []
    assert complete(session, GREET, "name", "zzz", context={"arguments": {"style": "x"}})["values"] == []


@pytest.mark.parametrize("params", [
    {"ref": {"type": "ref/prompt", "name": "no-such"}, "argument": {"name": "a", "value": ""}},
    {"ref": {"type": "ref/resource", "uri": "no://such"}, "argument": {"name": "a", "value": ""}},
    {"ref": {"type": "ref/other", "name": "greet"}, "argument": {"name": "a", "value": ""}},
    {"ref": {"type": "ref/prompt"}, "argument": {"name": "a", "value": ""}},
    {"ref": GREET, "argument": {"name": "name"}},
    {"ref": GREET, "argument": {"name": "name", "value": 7}},
    {"ref": GREET}, {"argument": {"name": "name", "value": ""}}, {"ref": "greet", "argument": []},
])
def test_a_wrong_completion_request_is_invalid_params(session, params):
    with pytest.raises(RpcError) as refused:
        session.call("completion/complete", params)
    assert refused.value.code == -32602


def test_prompts(session):
    result = session.call("prompts/get", {"name": "greet", "arguments": {"name": "Ada"}})
    assert result["messages"] == [{"role": "user", "content": {"type": "text", "text": "Hello Ada"}}]
    assert session.call("prompts/get", {"name": "plain"})["messages"]
    listed = {one["name"]: one for one in session.call("prompts/list")["prompts"]}
    assert [(a["name"], a.get("required", False)) for a in listed["greet"]["arguments"]] == [
        ("name", True), ("style", False)]


@pytest.mark.parametrize("uri, text", [
    ("test://counter", "0"), ("test://items/7", "item 7"), ("test://items/a%20b", "item a b"),
])
def test_resources(session, uri, text):
    contents = session.call("resources/read", {"uri": uri})["contents"]
    assert [(one["uri"], one["text"]) for one in contents] == [(uri, text)]


@pytest.mark.parametrize("uri", ["test://items/", "test://items/1/2", "test://counter/", "TEST://counter",
                                 "", "test://", "no-scheme"])
def test_unknown_resources(session, uri):
    with pytest.raises(RpcError) as unknown:
        session.call("resources/read", {"uri": uri})
    assert (unknown.value.code, unknown.value.data) == (-32002, {"uri": uri})


def test_a_tool_gets_its_arguments_as_they_were_sent(session):
    arguments = {"text": "\u00fc\u20ac\U0001f3ad\u0000\"\\", "n": [1, -1, 2**53 + 1, 2**63 - 1, 0.5],
                 "deep": {"a": {"b": [None, True, False, {}]}}, "": "empty key"}
    for tool in ("echo_arguments", "echo_inline", "echo_blocking"):
        assert json.loads(session.tool_text(tool, **arguments)) == arguments


def test_arguments_may_be_absent(session):
    assert session.start_tool("echo_arguments").text() == "{}"


def test_ping_is_answered_at_any_time(session):
    for _ in range(3):
        assert session.call("ping") == {}
        assert session.call("ping", {}) == {}
        assert session.call("ping", {"_meta": {"x": 1}}) == {}
