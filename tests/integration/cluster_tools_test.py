"""Tools of other nodes: a `caller` has none of its own, its clients use those that `runner`s export."""

import json

import pytest
from gate import cancelled, hold, let_go, new_key, waiting
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.modern import EVERYTHING, Modern
from mcp.session import Session
from nodes import Nodes
from tasks import ABLE, create, reach

ALL = {"sampling": {}, "elicitation": {}, "roots": {"listChanged": True}}
FORM = {"action": "accept", "content": {"name": "Ada"}}
CHANGED = "notifications/tools/list_changed"


def known(node, state="connected"):
    return node.metric("troupe_cluster_remote_tools", state=state)


def names(client):
    return [tool["name"] for tool in client.call("tools/list")["tools"]]


def wait_offered(caller, runners):
    """Until every I/O thread of the caller has the runners' tools (each connection is on some thread), and calls are
    spread over all runners."""
    wait_until(lambda: all(names(Modern(caller)) for _ in range(16)), "its threads offer the tools")
    wait_until(lambda: {Modern(caller).tool_text("node_name") for _ in runners} == {one.node for one in runners},
               "all runners are called")


def with_caller(nodes, runners, **config):
    """Adds the runners, and a caller that knows their tools."""
    for number in range(runners):
        nodes.add(f"runner-{number + 1}")
    caller = nodes.add("caller", {"cluster": config})
    wait_offered(caller, nodes.all[:runners])
    return caller


@pytest.fixture(scope="module")
def pair(test_binary, tmp_path_factory):
    """A runner and a caller for all tests that break nothing."""
    nodes = Nodes(test_binary, tmp_path_factory.mktemp("cluster"), {"limits": {"page_size": 200}})
    caller = with_caller(nodes, 1)
    yield nodes.all[0], caller
    nodes.stop()


@pytest.fixture
def nodes(test_binary, tmp_path):
    started = Nodes(test_binary, tmp_path, {"limits": {"page_size": 200}})
    yield started
    started.stop()


def test_a_tool_looks_and_answers_as_where_it_lives(pair):
    runner, caller = pair
    here, there = Session.open(runner), Session.open(caller)
    by_name = [{tool["name"]: tool for tool in one.call("tools/list")["tools"]} for one in (here, there)]
    assert by_name[0] == by_name[1]
    for client in there, Modern(caller):
        assert json.loads(client.tool_text("echo_arguments", x=[1, "ü"])) == {"x": [1, "ü"]}
        assert client.tool_text("node_name") == "runner-1"
    here.delete(), there.delete()


def test_an_error_of_a_handler_is_the_same_error(pair):
    runner, caller = pair
    runner.expected_errors.append("incident=")
    client = Session.open(caller)
    with pytest.raises(RpcError) as failed:
        client.tool("throw_exception")
    assert failed.value.code == -32603
    with pytest.raises(RpcError) as refused:
        client.tool("refuse_arguments")
    assert (refused.value.code, refused.value.data) == (-32602, {"why": "a test"})
    client.delete()


@pytest.mark.parametrize("kind", ["legacy", "modern"])
def test_progress_comes_before_the_result(pair, kind):
    if kind == "legacy":
        client = Session.open(pair[1])
        exchange = client.start_tool("steps", {"count": 5}, progress_token="t")
        assert exchange.result()["content"][0]["text"] == "told"
    else:
        exchange = Modern(pair[1]).start_tool("steps", {"count": 5}, progress_token="t")
        assert exchange.text() == "told"
    assert [one["params"]["progress"] for one in exchange.notifications] == [1, 2, 3, 4, 5]


def test_log_messages_follow_the_level_of_the_client(pair):
    client = Session.open(pair[1])
    client.call("logging/setLevel", {"level": "alert"})
    exchange = client.start_tool("log_all_levels", {})
    exchange.result()
    assert [one["params"]["level"] for one in exchange.notifications] == ["alert", "emergency"]
    client.delete()


def test_a_cancelled_call_is_cancelled_there(pair):
    runner, caller = pair
    client = Session.open(caller)
    call = hold(client)
    client.cancel(call.request_id)
    wait_until(lambda: call.key in cancelled(client), "the handler hears of it")
    modern = Modern(caller)
    key = new_key()
    gone = modern.start_tool("wait", {"key": key})
    wait_until(lambda: key in waiting(client), "it waits")
    gone.cut()
    wait_until(lambda: key in cancelled(client), "a client that goes away is a cancellation")
    for one, where in (runner, "here"), (caller, "elsewhere"):
        wait_until(lambda one=one, where=where: one.metric("troupe_cluster_tool_calls", where=where) == 0,
                   "nothing is left of them")
    client.delete()


def test_a_handler_there_asks_the_client_here(pair):
    client = Modern(pair[1], EVERYTHING)
    result = client.tool("ask", what="form")
    assert result["resultType"] == "input_required"
    rounds = {"requestState": result["requestState"],
              "inputResponses": {key: FORM for key in result["inputRequests"]}}
    final = client.start_tool("ask", {"what": "form"}, rounds)
    assert json.loads(final.text())["state"] == "asked form"


def test_a_handler_there_asks_the_client_of_a_session_here(pair):
    client = Session.open(pair[1], capabilities=ALL)
    exchange = client.start_tool("ask", {"what": "form"})
    question = exchange.next()
    assert question["method"] == "elicitation/create"
    client.respond(question, FORM)
    assert '"name":"Ada"' in exchange.text()
    client.delete()


def test_a_call_there_may_be_a_task_here(pair):
    client = Modern(pair[1], ABLE)
    key = new_key()
    task = create(client, key=key)
    wait_until(lambda: key in waiting(client), "it waits there")
    assert client.tool_text("open", key=key, text="done") == "1"
    reach(client, task, "completed")


def test_a_tool_that_is_removed_there_is_gone_here_and_clients_are_told(pair):
    runner, caller = pair
    client = Session.open(caller)
    stream = client.open_stream()
    assert "flood" in names(client)
    Modern(runner).tool_text("remove", kind="tool", name="flood")
    stream.next_of(CHANGED)
    wait_until(lambda: "flood" not in names(client), "it is gone")
    client.delete()


def test_a_node_runs_its_own_tool_itself(nodes):
    one = nodes.add("runner-a")
    two = nodes.add("runner-b")
    plain = nodes.add("plain")
    for node in one, two, plain:
        assert all(Modern(node).tool_text("node_name") == node.node for _ in range(4))
        assert node.metric("troupe_cluster_tool_calls_sent_total", outcome="sent") == 0


def test_calls_are_spread_and_those_of_a_lost_node_fail_once(nodes):
    caller = with_caller(nodes, 2)
    runners = nodes.all[:2]
    client = Session.open(caller)
    calls = [client.start_tool("wait", {"key": f"held-{i}"}) for i in range(6)]
    for one in runners:
        wait_until(lambda one=one: one.metric("troupe_cluster_tool_calls", where="here") == 3,
                   "each has half of them")
    assert caller.metric("troupe_cluster_tool_calls", where="elsewhere") == 6
    runners[0].kill()
    # Three fail with their ids, and are run nowhere else.
    wait_until(lambda: caller.metric("troupe_cluster_tool_calls", where="elsewhere") == 3, "three are lost")
    survivor = Modern(runners[1])
    assert len(waiting(survivor)) == 3
    for key in waiting(survivor):
        survivor.tool_text("open", key=key, text=key)
    ended = []
    for call in calls:
        answer = call.answer()
        assert answer["id"] == call.request_id
        ended.append(answer["result"]["content"][0]["text"] if "result" in answer
                     else answer["error"]["message"])
    assert sum("was lost while it had this call" in text for text in ended) == 3
    assert sum(text.startswith("held-") for text in ended) == 3
    assert all(client.tool_text("node_name") == runners[1].node for _ in range(4))
    client.delete()


def test_without_a_live_node_a_tool_is_hidden(nodes):
    caller = with_caller(nodes, 1)
    client = Session.open(caller)
    stream = client.open_stream()
    nodes.all[0].kill()
    stream.next_of(CHANGED)
    while names(client): # told of the tools, which came just before
        stream.next_of(CHANGED)
    with pytest.raises(RpcError) as refused:
        client.tool("echo_arguments")
    assert refused.value.code == -32602
    again = nodes.again(nodes.all[0])
    wait_until(lambda: "echo_arguments" in names(client), "it is back")
    assert json.loads(client.tool_text("echo_arguments", x=1)) == {"x": 1}
    assert again.metric("troupe_cluster_tool_calls_served_total", outcome="taken") == 1
    client.delete()


def test_or_it_is_kept_and_a_call_says_why_it_fails(nodes):
    caller = with_caller(nodes, 1, remote_tools="keep")
    client = Session.open(caller)
    before = names(client)
    nodes.all[0].kill()
    wait_until(lambda: known(caller, "lost") == len(before), "its node is lost")
    assert names(client) == before
    with pytest.raises(RpcError) as refused:
        client.tool("echo_arguments")
    assert refused.value.code == -32603
    assert "No node that has the tool echo_arguments is connected" in refused.value.message
    nodes.again(nodes.all[0])
    wait_until(lambda: known(caller) == len(before), "it is back")
    assert client.tool_text("node_name") == "runner-1"
    client.delete()


def test_or_not_offered_at_all(nodes):
    nodes.add("runner-1")
    caller = nodes.add("caller", {"cluster": {"remote_tools": "none"}})
    assert names(Modern(caller)) == []
    assert known(caller) == 0


def test_a_node_takes_only_so_many_calls(nodes):
    nodes.config = {"cluster": {"max_tool_calls": 2}}
    caller = with_caller(nodes, 1)
    client = Modern(caller)
    runner = Modern(nodes.all[0])
    held = [client.start_tool("wait", {"key": f"held-{i}"}) for i in range(2)]
    wait_until(lambda: len(waiting(runner)) == 2, "two run")
    with pytest.raises(RpcError) as refused:
        client.tool("wait", key="one-too-many")
    assert "No node takes a call of the tool wait now" in refused.value.message
    assert caller.metric("troupe_cluster_tool_calls_sent_total", outcome="refused") == 1
    for i in range(2):
        runner.tool_text("open", key=f"held-{i}")
    assert [call.text() for call in held] == ["opened", "opened"]
