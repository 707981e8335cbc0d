"""SIGTERM in a cluster: tasks go to other nodes under the same id, with their results and their open questions."""

import threading

import pytest
from gate import new_key, waiting
from mcp.caller import RpcError
from mcp.deadline import SLOWNESS, wait_until
from mcp.modern import Modern
from nodes import drain
from tasks import ABLE, create, get, reach, update

FORM = {"action": "accept", "content": {"name": "Ada"}}
MOVED = "troupe_cluster_tasks_moved_total"


def asked(node, task):
    """What a node says of a task; news of who has it may be on its way for a moment."""
    def answer():
        try:
            return get(Modern(node, ABLE), task)
        except RpcError as error:
            assert error.code == -32603 and "try again" in error.message, str(error)
            return None
    return wait_until(answer, "it can be asked")


def finished(client, text):
    """A task with this result."""
    key = new_key()
    task = create(client, key=key)
    wait_until(lambda: key in waiting(client), "its handler waits")
    client.tool_text("open", key=key, text=text)
    reach(client, task, "completed")
    return task


def counted(some, **labels):
    return sum(one.metric(MOVED, **labels) for one in some)


def test_results_are_kept(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    client = Modern(second, ABLE)
    tasks = [finished(client, f"result {number}") for number in range(12)]
    before = [get(client, task) for task in tasks]
    cancelled = create(client, key=new_key())
    client.call("tasks/cancel", {"taskId": cancelled["taskId"]})
    assert drain(second) < 3 * SLOWNESS
    for one in (first, third):
        for task, was in zip(tasks, before):
            assert asked(one, task) == was
        assert asked(one, cancelled)["status"] == "cancelled"
    taken = [counted([one], direction="received", outcome="taken") for one in (first, third)]
    assert sum(taken) == 13 and all(taken), taken
    wait_until(lambda: sum(one.metric("troupe_limit_used", limit="tasks") for one in (first, third)) == 13,
               "they count where they are")
    # And once more, to the last node that is there.
    assert drain(first) < 3 * SLOWNESS
    for task, was in zip(tasks, before):
        assert asked(third, task) == was


def test_one_that_waits_for_its_client_goes_on_elsewhere(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    client = Modern(second, ABLE)
    task = create(client, "ask_thrice_task")
    (key,) = reach(client, task, "input_required")["inputRequests"]
    update(client, task, {key: FORM})
    (key,) = reach(client, task, "input_required")["inputRequests"]
    listener = Modern(first, ABLE).listen(taskIds=[task["taskId"]])
    drain(second)
    assert list(asked(third, task)["inputRequests"]) == [key]
    client = Modern(third, ABLE)
    # What does not fit is refused as before; what was answered before is not asked again.
    with pytest.raises(RpcError):
        update(client, task, {key: "no object"})
    for _ in range(2):
        (key,) = reach(client, task, "input_required")["inputRequests"]
        update(client, task, {key: FORM})
    done = reach(client, task, "completed")
    assert done["result"]["content"][0]["text"].count("Ada") == 3
    while listener.next()["params"]["status"] != "completed":
        pass


def test_one_that_runs_comes_to_its_end_first(nodes, tmp_path):
    first, second = nodes.add(), nodes.add()
    client, path = Modern(second, ABLE), tmp_path / "go"
    task = create(client, "wait_file", path=str(path))
    second.terminate()
    wait_until(lambda: second.admin_get("/readyz").status == 503, "it drains")
    assert asked(first, task)["status"] == "working"
    path.touch()
    assert second.wait_exit()[0] == 0
    assert "content" in asked(first, task)["result"]


def test_who_asks_while_it_moves_is_answered(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    client = Modern(second, ABLE)
    tasks = [finished(client, f"result {number}") for number in range(10)]
    stop, failures = threading.Event(), []

    def ask(node):
        try:
            while not stop.is_set():
                for number, task in enumerate(tasks):
                    assert asked(node, task)["result"]["content"][0]["text"] == f"result {number}"
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(repr(error))

    threads = [threading.Thread(target=ask, args=(one,)) for one in (first, third)]
    for one in threads:
        one.start()
    drain(second)
    stop.set()
    for one in threads:
        one.join()
    assert failures == []


def test_what_no_node_takes_ends_and_is_named(nodes):
    first = nodes.add("small", {"limits": {"max_tasks": 1}})
    second = nodes.add()
    client = Modern(second, ABLE)
    tasks = [finished(client, "kept") for _ in range(3)]
    drain(second)
    assert second.log().count("its task ends with this node: no other node takes it") == 2
    assert "does not take its task: the limit of tasks is reached there" in second.log()
    assert counted([first], direction="received", outcome="refused") == 2

    def known(task):
        try:
            return asked(first, task)["status"] == "completed"
        except AssertionError as error:
            assert "-32602" in str(error), error
            return False
    assert sum(known(task) for task in tasks) == 1
