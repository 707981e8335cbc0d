"""kill -9 in a cluster: sessions go on at other nodes under the same id, from the copies that those keep."""

import itertools
import json
import time

from gate import hold
from mcp.deadline import SLOWNESS, wait_until
from mcp.session import Session
from nodes import Wanderer

TAKEOVER_SECONDS = 5
COPIES = "troupe_cluster_copies"


def says(client, text):
    """Whether it is served; 503 says that it is to be tried again, 502 that the node was lost with the request."""
    exchange = client.start_tool("echo_arguments", {"text": text})
    if exchange.status in (502, 503):
        assert exchange.status == 502 or "retry-after" in exchange.headers
        return False
    assert exchange.status == 200, (exchange.status, exchange.body)
    return json.loads(exchange.result()["content"][0]["text"]) == {"text": text}


def through(client, *some):
    """From now on the client reaches these nodes in turn."""
    client.nodes = itertools.cycle(some)
    client._connection = None
    return client


def copied(nodes, count):
    """Until all that is known of the sessions is known twice."""
    wait_until(lambda: sum(one.metric(COPIES) for one in nodes.live()) == count
               and all(one.metric("troupe_cluster_copy_lag_seconds") == 0 for one in nodes.live()),
               f"{count} copies are kept")


def served_everywhere(client, some):
    """Gives the seconds until each of these nodes has served the client."""
    begun = time.monotonic()
    for one in some:
        wait_until(lambda one=one: says(through(client, one), one.node), f"{one.node} serves it", TAKEOVER_SECONDS)
    return time.monotonic() - begun


def taken_over(some, outcome="taken"):
    return sum(one.metric("troupe_cluster_sessions_taken_over_total", outcome=outcome) for one in some)


def three(nodes, config=None):
    return [nodes.add(config=config) for _ in range(3)]


def test_sessions_outlive_a_crash_and_then_another_one(nodes):
    first, second, third = three(nodes)
    clients = [Wanderer.open([first]) for _ in range(20)]
    copied(nodes, 20)
    kept = [one.metric(COPIES) for one in (second, third)]
    assert min(kept) > 2 and min(one.metric("troupe_cluster_copies_bytes") for one in (second, third)) > 500, kept
    sent = first.metric("troupe_cluster_copies_sent_total", outcome="kept")
    window = first.metric("troupe_cluster_copy_seconds_total") / sent
    first.kill()
    begun = time.monotonic()
    for client in clients:
        served_everywhere(client, (second, third))
    took = time.monotonic() - begun
    assert took < TAKEOVER_SECONDS * max(SLOWNESS, 1)
    print(f"copies were {window * 1000:.0f} ms behind, all sessions are served after {took:.2f} s")
    assert window < 0.5 * max(SLOWNESS, 1)
    nodes.wait_sessions(20)
    assert taken_over((second, third)) == 20
    # The second crash takes sessions that came from the first node, and some of its own.
    more = [Wanderer.open([second]) for _ in range(5)]
    copied(nodes, 25)
    second.kill()
    for client in clients + more:
        served_everywhere(client, (third,))
    nodes.wait_sessions(25)
    for client in clients + more:
        assert client.delete().status == 204
    nodes.wait_sessions(0)


def test_a_node_that_starts_again_at_once_finds_them(nodes):
    first, second, third = three(nodes)
    clients = [Wanderer.open([second]) for _ in range(8)]
    copied(nodes, 8)
    second.kill()
    again = nodes.again(second)
    nodes.wait_connected()
    for client in clients:
        served_everywhere(client, (again, first, third))
    nodes.wait_sessions(8)
    # The new process counts as any other node: some may have been handed on to it.
    assert taken_over((first, third)) + taken_over((first, third), "handed_on") == 8


def test_streams_are_resumed_with_exactly_the_later_events(nodes):
    first, second, third = three(nodes)
    told = Session.open(third)
    client = Wanderer.open([first])
    client.call("resources/subscribe", {"uri": "test://counter"})
    client.call("logging/setLevel", {"level": "error"})
    stream = client.open_stream()
    for _ in range(3):
        told.tool("touch", uri="test://counter")
    for _ in range(3):
        stream.next_of("notifications/resources/updated")
    seen = stream.last_event_id
    for _ in range(4):
        told.tool("touch", uri="test://counter")
    for _ in range(4):
        stream.next_of("notifications/resources/updated")
    last = stream.last_event_id
    copied(nodes, 2)
    first.kill()
    served_everywhere(client, (second, third))
    again = through(client, second).open_stream(seen)
    for _ in range(4):
        again.next_of("notifications/resources/updated")
    assert again.last_event_id == last
    # It is subscribed there too, and its log level is what it was.
    told.tool("touch", uri="test://counter")
    again.next_of("notifications/resources/updated")
    call = through(client, third).start_tool("log_all_levels")
    call.answer()
    assert [one["params"]["level"] for one in call.notifications] == ["error", "critical", "alert", "emergency"]


def test_a_call_that_ran_is_reported_failed_and_not_run_again(nodes):
    first, second, third = three(nodes, {"streams": {"stream_after_ms": 100}})
    client = Wanderer.open([first])
    call = hold(client)
    event = call.stream.next_event()
    assert event.id is not None
    copied(nodes, 1)
    first.kill()
    served_everywhere(client, (second, third))
    stream = through(client, third).open_stream(event.id)
    failed = stream.next()
    assert failed["id"] == call.request_id and "lost" in failed["error"]["message"], failed
    assert stream.next() is None
    assert json.loads(client.tool_text("waiting")) == []


def test_a_frozen_node_keeps_its_sessions(nodes):
    first, second, third = three(nodes)
    client = Wanderer.open([first])
    copied(nodes, 1)
    first.freeze()
    wait_until(lambda: all(one.others("lost") == ["node-1"] for one in (second, third)), "the loss is noticed")
    time.sleep(2)
    for one in (second, third):
        refused = through(client, one).start("ping")
        assert refused.status == 503 and "retry-after" in refused.headers
    assert taken_over((second, third)) == 0
    assert sum(one.metric(COPIES) for one in (second, third)) == 0
    assert sum(one.metric("troupe_cluster_copies_dropped_total", reason="node_lost") for one in (second, third)) == 1
    first.thaw()
    nodes.wait_connected()
    assert served_everywhere(client, (first, second, third)) < TAKEOVER_SECONDS * max(SLOWNESS, 1)
    copied(nodes, 1)
    # Only now it dies.
    first.kill()
    served_everywhere(client, (second, third))


def test_what_ends_or_moves_leaves_no_copy(nodes):
    first, second, third = three(nodes)
    clients = [Wanderer.open([second]) for _ in range(6)]
    copied(nodes, 6)
    for client in clients[:3]:
        assert client.delete().status == 204
    copied(nodes, 3)
    second.terminate()
    assert second.wait_exit()[0] == 0
    copied(nodes, 3)
    for client in clients[3:]:
        served_everywhere(client, (first, third))
    assert taken_over((first, third)) == 0


def test_copies_follow_when_nodes_join(nodes):
    first, second = nodes.add(), nodes.add()
    clients = [Wanderer.open([first]) for _ in range(12)]
    copied(nodes, 12)
    third = nodes.add()
    wait_until(lambda: third.metric(COPIES) > 0, "some of the copies go there")
    copied(nodes, 12)
    first.kill()
    for client in clients:
        served_everywhere(client, (second, third))
    nodes.wait_sessions(12)


def test_without_copies_a_session_ends_with_its_node(nodes):
    first, second, third = three(nodes, {"cluster": {"copies": False}})
    client = Wanderer.open([first])
    first.kill()
    wait_until(lambda: second.others("lost") == ["node-1"], "the loss is noticed")
    time.sleep(1)
    assert through(client, second, third).start("ping").status == 503
    assert sum(one.metric(COPIES) for one in nodes.live()) == 0
    nodes.again(first)
    nodes.wait_connected()
    wait_until(lambda: client.start("ping").status == 404, "it is certain")


def test_where_there_is_no_room_copies_are_refused_and_the_session_is_served(nodes):
    first = nodes.add()
    second = nodes.add("small", {"cluster": {"max_copies": 1}})
    clients = [Wanderer.open([first]) for _ in range(8)]
    wait_until(lambda: second.metric("troupe_cluster_copies_dropped_total", reason="no_room") > 0, "some are refused")
    wait_until(lambda: second.metric(COPIES) > 0, "some are kept")
    assert second.metric(COPIES) <= 2 # one for each of its threads
    assert first.metric("troupe_cluster_copies_sent_total", outcome="refused") > 0
    assert all(says(client, "still here") for client in clients)
    first.kill()
    wait_until(lambda: 0 < taken_over((second,)) == second.metric("troupe_sessions"), "those that were kept go on")
    assert taken_over((second,)) <= 2
