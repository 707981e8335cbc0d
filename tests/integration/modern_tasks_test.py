"""Tasks: calls that outlive their request. Created for those who declare the extension, asked for from any
connection, answered, cancelled, listened to, bounded in number and time."""

import json

import pytest
from gate import cancelled, new_key, waiting
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.modern import EVERYTHING, Modern
from mcp.session import Session
from tasks import ABLE, TASKS, create, get, reach, update

FORM = {"action": "accept", "content": {"name": "Ada"}}


@pytest.fixture
def able(server):
    return Modern(server, ABLE)


def refuse(client, method, params, status, code):
    exchange = client.start(method, params)
    error = exchange.answer()["error"]
    assert (exchange.status, error["code"]) == (status, code), error
    return error


def test_the_extension_is_told(modern):
    can = modern.call("server/discover")["capabilities"]
    assert can["extensions"] == {TASKS: {}} and "tasks" not in can


def test_a_call_becomes_a_task_and_its_result_is_kept(able):
    key = new_key()
    task = create(able, key=key)
    assert task["status"] == "working"
    assert get(able, task)["status"] == "working"
    wait_until(lambda: key in waiting(able), "its handler waits")
    assert able.tool_text("open", key=key, text="done") == "1"
    for _ in range(3):
        done = reach(able, task, "completed")
        assert done["result"]["content"][0]["text"] == "done"
    assert done["createdAt"] == task["createdAt"]


def test_those_who_do_not_declare_it_get_the_result(modern, able):
    key = new_key()
    call = modern.start_tool("wait_task", {"key": key})
    wait_until(lambda: key in waiting(modern), "it waits")
    assert modern.tool_text("open", key=key, text="at once") == "1"
    assert call.text() == "at once"


def test_a_tool_that_is_only_a_task_needs_it(server):
    error = refuse(Modern(server, EVERYTHING), "tools/call", {"name": "ask_task"}, 400, -32021)
    assert error["data"]["requiredCapabilities"]["extensions"] == {TASKS: {}}


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_the_methods_need_it_in_each_request(modern, able, method):
    task = create(able, key=new_key())
    params = {"taskId": task["taskId"], "inputResponses": {}}
    error = refuse(modern, method, params, 400, -32021)
    assert error["data"]["requiredCapabilities"]["extensions"] == {TASKS: {}}
    able.call("tasks/cancel", {"taskId": task["taskId"]})


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
@pytest.mark.parametrize("task", ["", "x", "0" * 32, "A" * 43, "../x", "ü", "x" * 10_000])
def test_a_task_that_nobody_knows(able, method, task):
    exchange = able.start(method, {"taskId": task, "inputResponses": {}},
                          headers={"Mcp-Name": "x" * 10_000} if len(task) > 9999 else None)
    error = exchange.answer()["error"]
    assert (exchange.status, error["code"]) == (200, -32602), error
    assert "data" not in error


def test_one_changed_character_is_another_task(able):
    task = create(able, key=new_key())
    known = task["taskId"]
    for index in range(len(known)):
        other = known[:index] + ("A" if known[index] != "A" else "B") + known[index + 1:]
        refuse(able, "tasks/get", {"taskId": other}, 200, -32602)
    able.call("tasks/cancel", {"taskId": known})


def test_task_ids_are_long_and_differ(able):
    ids = [create(able, key=new_key())["taskId"] for _ in range(20)]
    assert len(set(ids)) == 20 and min(map(len, ids)) >= 22
    assert len({task[:8] for task in ids}) == 20 or len({task[-8:] for task in ids}) == 20
    for task in ids:
        able.call("tasks/cancel", {"taskId": task})


def test_cancelling(able):
    key = new_key()
    task = create(able, key=key)
    wait_until(lambda: key in waiting(able), "its handler waits")
    for _ in range(2):
        able.call("tasks/cancel", {"taskId": task["taskId"]})
        assert get(able, task)["status"] == "cancelled"
    wait_until(lambda: key in cancelled(able), "its handler was told")


def test_cancelling_what_is_over_changes_nothing(able):
    key = new_key()
    task = create(able, key=key)
    wait_until(lambda: key in waiting(able), "its handler waits")
    able.tool_text("open", key=key, text="done")
    reach(able, task, "completed")
    able.call("tasks/cancel", {"taskId": task["taskId"]})
    assert get(able, task)["result"]["content"][0]["text"] == "done"


def test_the_client_may_go_away(server, able):
    """What cancels a call does not cancel a task."""
    key = new_key()
    client = Modern(server, ABLE)
    task = create(client, key=key)
    client._connection.reset()
    wait_until(lambda: key in waiting(able), "its handler waits")
    able.tool_text("open", key=key, text="done")
    assert reach(able, task, "completed")["result"]["content"][0]["text"] == "done"


def test_a_task_is_found_from_every_thread(serve):
    server = serve({"listen": {"io_threads": 4}})
    tasks = [create(Modern(server, ABLE), key=f"k{n}") for n in range(8)]
    for task in tasks:
        for _ in range(8):
            assert get(Modern(server, ABLE), task)["status"] == "working"
    for task in tasks:
        Modern(server, ABLE).call("tasks/cancel", {"taskId": task["taskId"]})


# -- questions -----------------------------------------------------------------------------------------

def test_a_task_asks_and_goes_on(able):
    task = create(able, "ask_task", what="two")
    seen = reach(able, task, "input_required")
    assert {r["method"] for r in seen["inputRequests"].values()} == {"elicitation/create", "sampling/createMessage"}
    sample = {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "none"}
    form = next(k for k, r in seen["inputRequests"].items() if r["method"] == "elicitation/create")
    other = next(k for k in seen["inputRequests"] if k != form)
    update(able, task, {form: FORM, "unknown": 7, "nothing": None})
    assert list(get(able, task)["inputRequests"]) == [other]
    update(able, task, {form: {"action": "decline"}})
    update(able, task, {other: sample})
    text = reach(able, task, "completed")["result"]["content"][0]["text"]
    assert json.loads(text) == {"form": FORM, "sampling": sample, "state": "asked two"}


def test_a_task_asks_again_under_a_key_that_was_not_used(able):
    task = create(able, "ask_thrice_task")
    keys = []
    for _ in range(3):
        seen = reach(able, task, "input_required")
        keys += seen["inputRequests"]
        update(able, task, {key: FORM for key in seen["inputRequests"]})
    assert len(set(keys)) == 3
    assert reach(able, task, "completed")["result"]["content"][0]["text"].count("Ada") == 3


def test_a_wrong_answer_is_refused_and_asked_for_still(able):
    task = create(able, "ask_task", what="form")
    seen = reach(able, task, "input_required")
    key = next(iter(seen["inputRequests"]))
    for wrong in (7, None, "x", {}, {"action": "perhaps"}):
        with pytest.raises(RpcError) as refused:
            update(able, task, {key: wrong})
        assert refused.value.code == -32602
        assert list(get(able, task)["inputRequests"]) == [key]
    able.call("tasks/cancel", {"taskId": task["taskId"]})


def test_a_task_asks_only_what_its_creator_can_answer(server):
    client = Modern(server, {"extensions": {TASKS: {}}})
    task = create(client, "ask_task", what="form")
    assert reach(client, task, "failed")["error"]["code"] == -32021


def test_updating_what_asks_nothing_is_acknowledged(able):
    task = create(able, key=new_key())
    update(able, task, {"x": FORM})
    able.call("tasks/cancel", {"taskId": task["taskId"]})
    update(able, task, {"x": FORM})


# -- listening -----------------------------------------------------------------------------------------

def test_changes_are_told_to_those_who_named_the_task(able):
    key = new_key()
    task, other = create(able, key=key), create(able, key=new_key())
    one = able.listen(taskIds=[task["taskId"]])
    assert one.honoured == {"taskIds": [task["taskId"]]}
    none = able.listen(toolsListChanged=True, resourceSubscriptions=["test://end"])
    able.call("tasks/cancel", {"taskId": other["taskId"]})
    wait_until(lambda: key in waiting(able), "its handler waits")
    able.tool_text("open", key=key, text="done")
    note = one.next()
    while note["params"]["status"] != "completed":
        note = one.next()
    assert note["method"] == "notifications/tasks"
    assert note["params"]["taskId"] == task["taskId"]
    assert note["params"]["result"]["content"][0]["text"] == "done"
    able.tool_text("touch", uri="test://end")
    assert none.next_method() == "notifications/resources/updated"


def test_listening_to_tasks_needs_the_extension(modern):
    refuse(modern, "subscriptions/listen", {"notifications": {"taskIds": []}}, 400, -32021)


# -- bounds --------------------------------------------------------------------------------------------

def test_a_task_is_forgotten_when_its_time_is_over(serve):
    server = serve({"tasks": {"ttl_ms": 1000, "poll_interval_ms": 77}})
    client = Modern(server, ABLE)
    key = new_key()
    task = create(client, key=key)
    assert (task["ttlMs"], task["pollIntervalMs"]) == (1000, 77)

    def is_gone():
        return "error" in client.start("tasks/get", {"taskId": task["taskId"]}).answer()

    wait_until(is_gone, "it is gone")
    wait_until(lambda: key in cancelled(client), "its handler was told")


def test_the_number_of_tasks_is_bounded(serve):
    server = serve({"limits": {"max_tasks": 2}, "listen": {"io_threads": 1}})
    client = Modern(server, ABLE)
    tasks = [create(client, key=new_key()) for _ in range(2)]
    exchange = client.start_tool("wait_task", {"key": new_key()})
    assert exchange.answer()["error"]["code"] == -32603
    assert exchange.status == 503 and exchange.headers["retry-after"]
    assert get(client, tasks[0])["status"] == "working"
    assert client.tool_text("echo_arguments") == "{}"
    for task in tasks:
        client.call("tasks/cancel", {"taskId": task["taskId"]})


def test_working_tasks_hold_the_drain_up_and_others_do_not(serve):
    server = serve({"shutdown": {"limit_ms": 5000}})
    client = Modern(server, ABLE)
    create(client, "ask_task", what="form")
    server.terminate()
    code, seconds = server.wait_exit()
    assert code == 0 and seconds < 4


def test_sessions_get_results_whatever_they_declare(server):
    session = Session.open(server, capabilities={"elicitation": {}, "extensions": {TASKS: {}}})
    call = session.start_tool("wait_task", {"key": "session-task"})
    wait_until(lambda: "session-task" in waiting(session), "it waits")
    session.tool_text("open", key="session-task", text="result")
    assert call.text() == "result"
    session.delete()
