"""SIGTERM in a cluster: sessions go to other nodes under the same id, and clients carry on there."""

import itertools
import json
import threading

from gate import hold, let_go
from mcp.deadline import SLOWNESS, wait_until
from mcp.session import Session
from mcp.websocket import WebSocket
from nodes import Wanderer, drain


def says(client, text):
    """What gets 503 is sent again, as Retry-After wants: news of who has which session may be on its way."""
    refused = set()

    def answer():
        exchange = client.start_tool("echo_arguments", {"text": text})
        if exchange.status == 503:
            refused.add(exchange.headers["retry-after"])
            return None
        assert exchange.status == 200, (exchange.status, exchange.body)
        return exchange
    return json.loads(wait_until(answer, "it is served").result()["content"][0]["text"]) == {"text": text}


def delete(client):
    """Likewise."""
    def answer():
        status = client.delete().status
        assert status in (204, 503), status
        return status == 204
    wait_until(answer, "it is deleted")


def through(client, *some):
    """From now on the client reaches these nodes in turn."""
    client.nodes = itertools.cycle(some)
    client._connection = None
    return client


def ended(client):
    """Whether the cluster knows no such session. News of one that has moved may be on its way for a moment
    after a node has left; until then it says 503."""
    statuses = set()
    wait_until(lambda: statuses.add(client.start("ping").status) or statuses & {200, 404}, "it is certain")
    assert statuses <= {404, 503}, statuses
    return True


def test_sessions_move_and_keep_their_ids(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    clients = [Wanderer.open([second]) for _ in range(40)]
    for client in clients:
        assert says(client, "before")
    assert drain(second) < 3 * SLOWNESS
    for client in clients:
        through(client, first, third)
        for _ in range(2):
            assert says(client, client.id)
    nodes.wait_sessions(40)
    taken = [one.metric("troupe_cluster_sessions_moved_total", direction="received", outcome="taken")
             for one in (first, third)]
    assert sum(taken) == 40 and all(count > 5 for count in taken), taken
    for client in clients:
        assert client.delete().status == 204
    nodes.wait_sessions(0)
    assert all(ended(client) for client in clients)


def test_a_node_that_joins_later_finds_them_too(nodes):
    first, second = nodes.add(), nodes.add()
    clients = [Wanderer.open([second]) for _ in range(8)]
    drain(second)
    late = nodes.add("late")
    for client in clients:
        assert says(through(client, late), "there you are")
    # Who ends as the last one of a number takes the number along.
    for client in clients:
        client.delete()
    assert all(ended(client) for client in clients)
    assert first.members()["late"] == "connected"


def test_streams_end_properly_and_are_resumed_at_the_heir_without_loss(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    told = Session.open(third)
    clients = [Wanderer.open([second]) for _ in range(6)]
    streams = []
    for client in clients:
        client.call("resources/subscribe", {"uri": "test://counter"})
        streams.append(through(client, first).open_stream())
    count = 0

    def touch(times):
        nonlocal count
        for _ in range(times):
            told.tool("touch", uri="test://counter")
            count += 1

    touch(5)
    for stream in streams:
        for _ in range(5):
            stream.next_of("notifications/resources/updated")
    second.terminate()
    touch(20)
    received = [5] * len(clients)
    for index, (client, stream) in enumerate(zip(clients, streams)):
        while stream.next() is not None:
            received[index] += 1
        streams[index] = through(client, first, third).open_stream(stream.last_event_id)
    assert second.wait_exit()[0] == 0
    touch(5)
    for index, stream in enumerate(streams):
        # Across the move something may be told twice, but nothing never.
        while received[index] < count:
            stream.next_of("notifications/resources/updated")
            received[index] += 1


def test_running_calls_finish_first_and_the_session_is_served_meanwhile(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    client = through(Wanderer.open([second]), first, third)
    call = hold(client)
    second.terminate()
    wait_until(lambda: second.admin_get("/readyz").status == 503, "it drains")
    assert says(client, "meanwhile")
    let_go(client, call, text="the end")
    assert call.text() == "the end"
    assert second.wait_exit()[0] == 0
    assert says(client, "afterwards")
    assert client.delete().status == 204


def test_an_answer_that_nobody_fetched_is_found_at_the_heir(nodes):
    first, second = nodes.add(), nodes.add()
    client = through(Wanderer.open([second]), first)
    call = client.start_tool("steps", {"count": 3}, progress_token="p")
    event = call.stream.next_event()
    while event.id is None:
        event = call.stream.next_event()
    call.connection.reset()
    wait_until(lambda: second.metric("troupe_calls_in_flight") == 0, "the call is over")
    drain(second)
    again = client.open_stream(event.id)
    message = again.next()
    while "result" not in message:
        message = again.next()
    assert message["id"] == call.request_id


def test_requests_during_the_move_are_answered_or_refused_and_run_once(nodes):
    first, second, third = (nodes.add() for _ in range(3))
    stop = threading.Event()
    failures = []
    answered = [0]

    def work(client):
        number = 0
        try:
            while not stop.is_set():
                number += 1
                exchange = client.start_tool("echo_arguments", {"text": str(number)})
                if exchange.status == 503:
                    assert "retry-after" in exchange.headers
                    continue
                assert exchange.status == 200, (exchange.status, exchange.body)
                assert str(number) in json.dumps(exchange.result())
                answered[0] += 1
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(repr(error))

    clients = [through(Wanderer.open([second]), first, third) for _ in range(8)]
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for one in threads:
        one.start()
    wait_until(lambda: answered[0] > 50, "requests are under way")
    drain(second)
    before = answered[0]
    wait_until(lambda: answered[0] > before + 100 or failures, "they go on")
    stop.set()
    for one in threads:
        one.join()
    assert failures == []
    for client in clients:
        delete(client)
    nodes.wait_sessions(0)


def test_a_session_survives_restarts_of_all_nodes(nodes):
    for _ in range(3):
        nodes.add()
    clients = [Wanderer.open([one]) for one in nodes.all for _ in range(3)]
    for _ in range(2):
        for place in range(3):
            gone = nodes.all[place]
            drain(gone)
            for client in clients:
                assert says(through(client, *nodes.live()), "still here")
            nodes.again(gone, seeds=[f"127.0.0.1:{one.port}" for one in nodes.live()])
            nodes.wait_connected()
            for client in clients:
                for one in nodes.all:
                    assert says(through(client, one), "and from everywhere")
    nodes.wait_sessions(len(clients))
    for client in clients:
        assert client.delete().status == 204
    nodes.wait_sessions(0)


def test_a_node_that_has_just_started_turns_no_session_away(nodes):
    first, second = nodes.add(), nodes.add()
    client = Wanderer.open([first])
    drain(second)
    # It does not know anybody yet, and nobody tells it: its seed is not there.
    lonely = nodes.again(second, seeds=["127.0.0.1:1"])
    exchange = through(client, lonely).start("ping")
    assert exchange.status in (200, 503), exchange.status
    nodes.wait_connected()
    assert says(through(client, lonely), "here")


def test_a_full_node_refuses_and_another_one_takes_it(nodes):
    first = nodes.add()
    second = nodes.add()
    third = nodes.add("small", {"limits": {"max_sessions": 2, "max_uninitialized_sessions": 2}})
    clients = [Wanderer.open([second]) for _ in range(20)]
    drain(second)
    wait_until(lambda: first.metric("troupe_sessions") == 18, "most are on the first node")
    wait_until(lambda: third.metric("troupe_sessions") == 2, "the small one took what it may")
    for client in clients:
        assert says(through(client, first, third), "found")
    assert third.metric("troupe_cluster_sessions_moved_total", direction="received",
                        outcome="refused") > 0
    assert "does not take it: the limit of sessions is reached there" in second.log()


def test_what_no_node_takes_ends_and_is_named(nodes):
    first = nodes.add("small", {"limits": {"max_sessions": 1, "max_uninitialized_sessions": 1}})
    second = nodes.add()
    clients = [Wanderer.open([second]) for _ in range(3)]
    drain(second)
    wait_until(lambda: first.metric("troupe_sessions") == 1, "it took what it may")
    assert second.log().count("ends with this node: no other node takes it") == 2
    kept = [client for client in clients if through(client, first).start("ping").status == 200]
    assert len(kept) == 1
    assert all(ended(client) for client in clients if client not in kept)


def test_sessions_that_live_on_a_connection_end_with_it(nodes):
    _, second = nodes.add(), nodes.add()
    with WebSocket(second.address, second.path) as socket:
        socket.initialize()
        second.terminate()
        assert socket.read_end() == 1001
        assert second.wait_exit()[0] == 0


def test_a_last_node_ends_its_sessions_as_ever(nodes):
    alone = nodes.add()
    client = Session.open(alone)
    stream = client.open_stream()
    stream.next_event()
    assert drain(alone) < 2 * SLOWNESS
    assert stream.next() is None
