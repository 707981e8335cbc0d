"""The stateless revision on several nodes: requests are served where they arrive, and what they leave behind
(events, states, tasks, cursors) is known everywhere."""

import pytest
from mcp.caller import RpcError
from mcp.modern import EVERYTHING, Modern
from mcp.session import Session
from nodes import ModernWanderer, Nodes
from tasks import ABLE, create, get, reach

UPDATED = "notifications/resources/updated"
FORM = {"action": "accept", "content": {"name": "Ada"}}


@pytest.fixture(scope="module")
def cluster(test_binary, tmp_path_factory):
    nodes = Nodes(test_binary, tmp_path_factory.mktemp("cluster"), {"limits": {"page_size": 5}})
    for _ in range(3):
        nodes.add()
    yield nodes
    nodes.stop()


def test_what_is_published_on_one_node_reaches_every_listener_once(cluster):
    clients = [Modern(one) for one in cluster.all]
    listeners = [client.listen(resourceSubscriptions=["test://counter", "test://end"])
                 for client in clients for _ in range(3)]
    for publisher in clients:
        publisher.tool_text("touch", uri="test://counter")
        # Whatever came twice would stand between the two.
        for one in listeners:
            assert one.next()["params"]["uri"] == "test://counter"
    clients[0].tool_text("touch", uri="test://end")
    for one in listeners:
        assert one.next()["params"]["uri"] == "test://end"
        one.close()


KINDS = {"tool": "toolsListChanged", "prompt": "promptsListChanged", "resource": "resourcesListChanged"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_changes_on_one_node_is_told_to_every_listener_once(cluster, kind):
    name = "cluster://added" if kind == "resource" else "added-in-the-cluster"
    told = f"notifications/{kind}s/list_changed"
    clients = [Modern(one) for one in cluster.all]
    for client in clients: # of what another test published
        assert client.tool_text("settle") == "settled"
    listeners = [client.listen(**{KINDS[kind]: True}, resourceSubscriptions=["test://counter"])
                 for client in clients]
    sessions = [Session.open(one) for one in cluster.all]
    streams = [session.open_stream() for session in sessions]
    for session in sessions:
        session.call("resources/subscribe", {"uri": "test://counter"})
    changer = clients[0]
    for tool in "add", "remove":
        changer.tool_text(tool, kind=kind, name=name)
        for one in listeners + streams:
            assert one.next()["method"] == told
    # Whatever came twice would stand before this one.
    changer.tool_text("touch", uri="test://counter")
    for one in listeners + streams:
        assert one.next()["method"] == UPDATED
    for one in listeners:
        one.close()
    for session in sessions:
        session.delete()


def test_a_state_sealed_on_one_node_opens_on_all(cluster):
    for first in cluster.all:
        for second in cluster.all:
            result = Modern(first, EVERYTHING).tool("ask", what="form")
            assert result["resultType"] == "input_required"
            rounds = {"requestState": result["requestState"],
                      "inputResponses": {key: FORM for key in result["inputRequests"]}}
            final = Modern(second, EVERYTHING).start_tool("ask", {"what": "form"}, rounds)
            assert '"name":"Ada"' in final.text()


def test_lists_are_paged_over_all_nodes(cluster):
    client = ModernWanderer(cluster.all)
    names, cursor = [], None
    while True:
        client._connection = None
        page = client.call("tools/list", {} if cursor is None else {"cursor": cursor})
        names += [tool["name"] for tool in page["tools"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    assert len(names) == len(set(names)) > 10


def test_tasks_are_reached_from_every_node(cluster):
    for owner in cluster.all:
        task = create(Modern(owner, ABLE), key=f"on-{owner.node}")
        for one in cluster.all:
            seen = get(Modern(one, ABLE), task)
            assert seen["status"] == "working"
        others = [one for one in cluster.all if one is not owner]
        Modern(others[0], ABLE).call("tasks/cancel", {"taskId": task["taskId"]})
        for one in cluster.all:
            reach(Modern(one, ABLE), task, "cancelled")


def test_a_task_is_listened_to_from_another_node(cluster):
    owner, other = cluster.all[:2]
    task = create(Modern(owner, ABLE), key="listened-to")
    listener = Modern(other, ABLE).listen(taskIds=[task["taskId"]])
    Modern(owner, ABLE).call("tasks/cancel", {"taskId": task["taskId"]})
    message = listener.next()
    assert message["method"] == "notifications/tasks"
    assert message["params"]["status"] == "cancelled"
    listener.close()


def test_a_task_that_does_not_exist_is_unknown_everywhere(cluster):
    for one in cluster.all:
        with pytest.raises(RpcError):
            Modern(one, ABLE).call("tasks/get", {"taskId": "A" * 32})
