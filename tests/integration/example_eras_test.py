"""The deployments in examples/ whose handlers serve both eras: one that asks the person at the other end, one whose
calls become tasks."""

import os
import pathlib

import pytest
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.modern import EVERYTHING, Modern
from mcp.server import Server
from mcp.session import Session

_FOLDER = pathlib.Path(os.environ["TROUPE_EXAMPLES"])
_TASKS = {"extensions": {"io.modelcontextprotocol/tasks": {}}}


def _deployed(name):
    @pytest.fixture(scope="module", name=name)
    def deployment(tmp_path_factory):
        one = Server(_FOLDER / name, tmp_path_factory.mktemp(name)).start()
        yield one
        one.stop()
    return deployment


asking = _deployed("asking")
tasks = _deployed("tasks")


def form(**content):
    return {"action": "accept", "content": content}


def test_an_order_of_a_modern_client_takes_three_requests(asking):
    client = Modern(asking, EVERYTHING)
    first = client.tool("order")
    assert list(first["inputRequests"]) == ["dish"]
    second = client.start_tool("order", {}, {
        "inputResponses": {"dish": form(dish="soup")}, "requestState": first["requestState"]}).result()
    assert list(second["inputRequests"]) == ["size"]
    last = client.start_tool("order", {}, {
        "inputResponses": {"size": form(size="large")}, "requestState": second["requestState"]}).result()
    assert last["content"][0]["text"] == "Ordered: soup, large"


def test_an_order_of_a_legacy_client_is_one_call_with_two_questions(asking):
    session = Session.open(asking, capabilities=EVERYTHING)
    call = session.start("tools/call", {"name": "order", "arguments": {}})
    for answer in (form(dish="soup"), form(size="large")):
        question = call.next()
        assert question["method"] == "elicitation/create"
        session.respond(question, answer)
    assert call.next()["result"]["content"][0]["text"] == "Ordered: soup, large"
    session.delete()


def test_what_the_form_does_not_allow_is_asked_again(asking):
    client = Modern(asking, EVERYTHING)
    first = client.tool("order")
    again = client.start_tool("order", {}, {
        "inputResponses": {"dish": form(dish="")}, "requestState": first["requestState"]}).result()
    assert list(again["inputRequests"]) == ["dish"]


def test_a_long_call_becomes_a_task_that_tells_how_far_it_is(tasks):
    client = Modern(tasks, _TASKS)
    created = client.tool("print")
    assert (created["resultType"], created["status"]) == ("task", "working")
    told = set()

    def finished():
        seen = client.call("tasks/get", {"taskId": created["taskId"]})
        told.add(seen.get("statusMessage"))
        return seen if seen["status"] == "completed" else None

    done = wait_until(finished, "the task is completed")
    assert done["result"]["content"][0]["text"] == "Printed 5 pages."
    assert told & {f"page {n} of 5" for n in range(1, 6)}


def test_a_task_can_be_cancelled(tasks):
    client = Modern(tasks, _TASKS)
    task = {"taskId": client.tool("print")["taskId"]}
    client.call("tasks/cancel", task)
    assert client.call("tasks/get", task)["status"] == "cancelled"


def test_a_subscription_tells_what_becomes_of_a_task(tasks):
    client = Modern(tasks, _TASKS)
    task = client.tool("print")["taskId"]
    stream = client.listen(taskIds=[task])
    statuses = []
    while not statuses or statuses[-1] != "completed":
        news = stream.next()["params"]
        assert news["taskId"] == task
        statuses.append(news["status"])
    assert set(statuses) == {"working", "completed"}
    stream.close()


def test_others_wait_for_the_result_and_see_progress(tasks):
    waiting = Modern(tasks).start_tool("print", {}, progress_token="p")
    assert waiting.result()["content"][0]["text"] == "Printed 5 pages."
    assert [one["params"]["progress"] for one in waiting.notifications] == [1, 2, 3, 4, 5]
    session = Session.open(tasks)
    call = session.start_tool("print", {}, progress_token="p")
    assert call.result()["content"][0]["text"] == "Printed 5 pages."
    assert [one["params"]["progress"] for one in call.notifications] == [1, 2, 3, 4, 5]
    session.delete()


def test_the_handler_decides_what_is_worth_a_task(tasks):
    client = Modern(tasks, _TASKS)
    assert client.tool("copy", count=3)["content"][0]["text"] == "Copied 3 times."
    assert client.tool("copy", count=300)["resultType"] == "task"
    assert Modern(tasks).tool_text("copy", count=300) == "Copied 300 times."


def test_arguments_that_the_schema_refuses_are_told_to_the_model(tasks):
    refused = Modern(tasks).tool("copy", count=0)
    assert refused["isError"] and "arguments/count: must be at least 1" in refused["content"][0]["text"]


def test_a_task_that_nobody_has_is_unknown(tasks):
    with pytest.raises(RpcError) as unknown:
        Modern(tasks, _TASKS).call("tasks/get", {"taskId": "A" * 32})
    assert unknown.value.code == -32602
