"""Notifications to one client by its name, and hooks: the original document's own tests among them."""

import json

from mcp.deadline import wait_until
from mcp.session import Session


def notify(session, client, method="test", **more):
    return session.tool_text("notify_client", client=client, method=method, **more)


def test_a_client_without_a_stream_cannot_be_notified(server, session):
    """Original document: a client on plain HTTP gets `notification not supported`."""
    plain = Session.open(server)
    assert notify(session, plain.tool_text("whoami")) == "notification not supported"
    plain.delete()


def test_a_client_with_a_stream_receives_exactly_the_notification(server, session):
    """Original document: an SSE client receives {"jsonrpc":"2.0","method":"test","params":{}}."""
    client = Session.open(server)
    client.own_notifications.add("test")
    stream = client.open_stream()
    assert stream.next_event().is_priming
    assert notify(session, client.tool_text("whoami"), params={}) == "delivered"
    assert stream.next_event().data == '{"jsonrpc":"2.0","method":"test","params":{}}'
    client.delete()


def test_params_may_be_absent(server, session):
    client = Session.open(server)
    stream = client.open_stream()
    stream.next_event()
    assert notify(session, client.tool_text("whoami")) == "delivered"
    assert stream.next_event().data == '{"jsonrpc":"2.0","method":"test"}'
    client.delete()


def test_unknown_and_ended_clients_are_not_found(server, session):
    client = Session.open(server)
    name = client.tool_text("whoami")
    client.delete()
    for who in (name, "client-0-999999", "client-99-1", "nobody", "", client.id):
        assert notify(session, who) == "client not found", who


def test_a_client_that_has_not_said_initialized(server, session):
    name = session.tool_text("whoami")
    shard, number = name.rsplit("-", 1)
    waiting = [Session(server.address) for _ in range(4)]
    for one in waiting:
        one.initialize()
    found = {notify(session, f"client-{s}-{n}") for s in range(2)
             for n in range(int(number), int(number) + 12)}
    assert "client not initialised" in found
    for one in waiting:
        one.delete()


def test_clients_on_every_thread_can_be_notified(server, session):
    clients = [Session.open(server) for _ in range(12)]
    names = [client.tool_text("whoami") for client in clients]
    assert len({name.split("-")[1] for name in names}) == 2, "the sessions are on both threads"
    streams = [client.open_stream() for client in clients]
    for client, name in zip(clients, names):
        client.own_notifications.add("test")
        assert notify(session, name, params={"to": name}) == "delivered"
    for stream, name in zip(streams, names):
        assert stream.next()["params"] == {"to": name}
    for client in clients:
        client.delete()


def events_of(session, name):
    return [one for one in json.loads(session.tool_text("hooks")) if one["id"] == name]


def test_hooks_are_told_about_a_client_in_order(server, session):
    client = Session.open(server, "2025-06-18")
    name = client.tool_text("whoami")
    client.delete()
    wait_until(lambda: len(events_of(session, name)) == 3, "the hooks were told")
    events = events_of(session, name)
    assert [one["event"] for one in events] == ["connected", "initialized", "disconnected: deleted"]
    assert all(one["name"] == "troupe-tests" and one["revision"] == "2025-06-18" for one in events)


def test_hooks_hear_of_a_client_that_never_initialised(server, session):
    before = len(json.loads(session.tool_text("hooks")))
    client = Session(server.address)
    client.initialize()
    client.delete()
    wait_until(lambda: len(json.loads(session.tool_text("hooks"))) >= before + 2, "told")
    last = json.loads(session.tool_text("hooks"))[-2:]
    assert [one["event"] for one in last] == ["connected", "disconnected: deleted"]


def test_session_ids_are_not_told_to_anybody(server, session):
    client = Session.open(server)
    assert client.id not in session.tool_text("hooks")
    assert client.id not in server.log()
    client.delete()
