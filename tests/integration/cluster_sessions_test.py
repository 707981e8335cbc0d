"""Any node serves any legacy session: a client's requests go to the nodes in turn, and it notices nothing."""

import json
import threading

import pytest
from gate import hold, let_go, waiting
from mcp.deadline import wait_until
from mcp.session import Session
from nodes import Wanderer

ALL = {"sampling": {}, "elicitation": {}, "roots": {"listChanged": True}}
FORM = {"action": "accept", "content": {"name": "Ada"}}
REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


def says(client, text):
    return json.loads(client.tool_text("echo_arguments", text=text)) == {"text": text}


def forwarded(nodes):
    return sum(one.metric("troupe_cluster_forwarded_total", outcome="sent") for one in nodes.live())


@pytest.mark.parametrize("revision", REVISIONS)
def test_requests_are_served_wherever_they_arrive(cluster, revision):
    before = forwarded(cluster)
    client = Wanderer.open(cluster.all, revision=revision)
    for number in range(9):
        assert says(client, f"message {number}")
    cluster.wait_sessions(1)
    assert forwarded(cluster) - before >= 6
    assert client.delete().status == 204
    cluster.wait_sessions(0)


def test_each_call_is_run_once(cluster):
    client = Wanderer.open(cluster.all)
    calls = [hold(client) for _ in range(6)]
    assert len(waiting(client)) == 6
    for call in calls:
        let_go(client, call, text=call.key)
        assert call.text() == call.key
    client.delete()


def test_a_session_ends_wherever_it_is_deleted(cluster):
    client = Wanderer.open(cluster.all)
    assert client.delete().status == 204
    for _ in range(3):
        assert client.start("ping").status == 404


def test_ids_are_alike_and_made_up_ones_lead_nowhere(cluster):
    client = Wanderer.open(cluster.all)
    alone = client.id
    assert len(alone) == 32
    for place in (0, 10, 21, 22, 31):
        changed = alone[:place] + ("A" if alone[place] != "A" else "B") + alone[place + 1:]
        client.id = changed
        for _ in range(3):
            assert client.start("ping").status == 404
    client.id = alone
    client.delete()


def test_streams_are_opened_and_resumed_anywhere(cluster):
    client = Wanderer.open(cluster.all)
    client.call("resources/subscribe", {"uri": "test://counter"})
    stream = client.open_stream()
    client.tool("touch", uri="test://counter")
    stream.next_of("notifications/resources/updated")
    for _ in range(4):
        stream.connection.reset()
        client.tool("touch", uri="test://counter")
        client.tool("touch", uri="test://counter")
        again = client.open_stream(stream.last_event_id)
        again.next_of("notifications/resources/updated")
        again.next_of("notifications/resources/updated")
        stream = again
    client.delete()
    assert stream.next() is None


def test_progress_and_logs_come_on_the_calls_stream(cluster):
    for _ in range(3):
        client = Wanderer.open(cluster.all)
        call = client.start_tool("steps", {"count": 3}, progress_token="p")
        call.answer()
        assert "notifications/progress" in [told["method"] for told in call.notifications]
        client.delete()


def test_a_cancellation_finds_its_call(cluster):
    client = Wanderer.open(cluster.all)
    for _ in range(3):
        call = hold(client)
        client.cancel(call.request_id)
        wait_until(lambda key=call.key: key in json.loads(client.tool_text("cancelled")), "it is cancelled")
        call.connection.close()
    client.delete()


@pytest.mark.parametrize("what, method, answer", [
    ("form", "elicitation/create", FORM),
    ("roots", "roots/list", {"roots": [{"uri": "file:///a", "name": "a"}]}),
])
def test_questions_to_the_client_and_their_answers_cross(cluster, what, method, answer):
    client = Wanderer.open(cluster.all, capabilities=ALL)
    for _ in range(3):
        call = client.start_tool("ask", {"what": what})
        question = call.next()
        assert question["method"] == method
        client.respond(question, answer)
        assert json.loads(call.text())[what] == answer
    client.delete()


def test_many_clients_at_once(cluster):
    failures = []

    def work(number):
        try:
            client = Wanderer.open(cluster.all)
            for i in range(30):
                assert says(client, f"{number}-{i}")
            client.delete()
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(repr(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    cluster.wait_sessions(0)


def test_large_messages_cross(cluster):
    client = Wanderer.open(cluster.all)
    for _ in range(3):
        assert says(client, "x" * 3_000_000)
    client.delete()


def test_a_call_on_a_node_that_dies_is_reported_failed(nodes):
    # With copies the session goes on, and whether its first copy was made in time is chance (cluster_crash_test).
    nodes.config = {"cluster": {"copies": False}}
    owner, other = nodes.add(), nodes.add()
    client = Session.open(owner)
    client.address = other.address
    call = hold(client)
    stream = client.open_stream()
    owner.kill()
    assert call.status == 502
    error = call.answer()
    assert error["id"] == call.request_id and "lost" in error["error"]["message"]
    assert stream.next() is None
    # It may come back, so clients are to try again; others are served.
    wait_until(lambda: other.others("lost") == ["node-1"], "the loss is noticed", 3)
    refused = client.start("ping")
    assert refused.status == 503 and "retry-after" in refused.headers
    assert says(Session.open(other), "here")


def test_a_frozen_owner_fails_its_calls_in_time_and_hurts_nobody_else(nodes):
    owner, other = nodes.add(), nodes.add()
    mine = Session.open(other)
    client = Session.open(owner)
    client.address = other.address
    owner.freeze()
    try:
        call = client.start("ping")
        assert says(mine, "still here")
        assert call.status == 502
    finally:
        owner.thaw()
    nodes.wait_connected(5)
    client._connection = None
    wait_until(lambda: client.start("ping").status == 200, "it serves again", 5)


def test_without_a_cluster_nothing_is_sealed_and_nothing_counted(serve):
    server = serve()
    session = Session.open(server)
    assert len(session.id) == 32
    assert "troupe_cluster" not in "".join(server.metrics())
    assert server.admin_get("/readyz").body == b"ok\n"
    session.delete()
