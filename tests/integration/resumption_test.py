"""Resuming streams with Last-Event-ID: exactly the later events of exactly that stream."""

import pytest
from gate import hold, let_go
from mcp.deadline import wait_until
from mcp.session import Session

SLOW_IS_A_STREAM = {"streams": {"stream_after_ms": 10}}


def touch(session, count=1):
    """Makes `count` events for the standalone stream of a session subscribed to test://counter."""
    for _ in range(count):
        session.tool("touch", uri="test://counter")


def watch(server, revision="2025-11-25"):
    """A subscribed session, its open stream, and one event on it."""
    session = Session.open(server, revision)
    session.call("resources/subscribe", {"uri": "test://counter"})
    stream = session.open_stream()
    touch(session)
    stream.next_of("notifications/resources/updated")
    return session, stream


def publish(session, witness, times):
    """Returns when all sessions of the thread have been told, as another client's stream shows."""
    touch(session, times)
    for _ in range(times):
        witness.next_of("notifications/resources/updated")


def refused(session, last_event_id):
    with session.connect() as connection:
        connection.request("GET", session.path, {
            "Accept": "text/event-stream", "Mcp-Session-Id": session.id,
            "Last-Event-ID": last_event_id})
        response = connection.read_response()
        return response.status, response.json()["error"]


@pytest.mark.parametrize("revision", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_events_sent_while_the_client_was_away_are_replayed(server, revision):
    _, witness = watch(server, revision)
    session, stream = watch(server, revision)
    witness.next_of("notifications/resources/updated")
    stream.connection.reset()
    publish(session, witness, 3)
    again = session.open_stream(stream.last_event_id)
    for _ in range(3):
        again.next_of("notifications/resources/updated")
    touch(session)
    again.next_of("notifications/resources/updated")
    ids = [event.id for event in stream.events + again.events if event.data]
    assert len(ids) == len(set(ids)) == 5
    assert server.metric("troupe_events_replayed_total") >= 3
    session.delete()


def test_replay_starts_behind_the_event_that_is_named(server):
    session, stream = watch(server)
    touch(session, 4)
    for _ in range(4):
        stream.next()
    names = [event.id for event in stream.events if event.data]
    stream.close()
    again = session.open_stream(names[2])
    again.next(), again.next()
    assert [event.id for event in again.events] == names[3:]
    session.delete()


def test_the_answer_of_a_post_is_delivered_after_its_connection_was_cut(serve):
    server = serve(SLOW_IS_A_STREAM)
    session = Session.open(server)
    standalone = session.open_stream()
    call = hold(session)
    priming = call.stream.next_event()
    assert priming.is_priming
    call.cut()
    let_go(session, call, "late answer")
    again = session.open_stream(priming.id)
    answer = again.next()
    assert (answer["id"], answer["result"]["content"][0]["text"]) == (call.request_id, "late answer")
    assert again.next() is None, "the stream ends behind the answer"
    touch(session)
    session.tool("add", kind="tool", name="marker")
    assert standalone.next()["method"] == "notifications/tools/list_changed"
    assert session.call("ping") == {}


def test_a_stream_can_be_resumed_before_its_answer_is_there(serve):
    server = serve(SLOW_IS_A_STREAM)
    session = Session.open(server)
    call = hold(session, progress_token="p")
    priming = call.stream.next_event()
    call.cut()
    again = session.open_stream(priming.id)
    let_go(session, call, "later")
    assert again.next()["method"] == "notifications/progress"
    assert again.next()["result"]["content"][0]["text"] == "later"
    assert again.next() is None


def test_a_handler_may_close_the_connection_and_go_on(session):
    call = session.start_tool("wait_detached", {"key": "detached"})
    events = []
    while (event := call.stream.next_event()) is not None:
        events.append(event)
    assert events[0].is_priming and events[0].retry > 0, "closed properly, ready to resume"
    again = session.open_stream(events[-1].id)
    assert session.tool_text("open", key="detached", text="on the second connection") == "1"
    answer = again.next()
    assert answer["result"]["content"][0]["text"] == "on the second connection"
    assert again.next() is None


def test_resuming_twice_gives_the_same_events(server):
    session, stream = watch(server)
    first = next(event.id for event in stream.events if event.data)
    touch(session, 2)
    stream.close()
    seen = []
    for _ in range(3):
        again = session.open_stream(first)
        again.next(), again.next()
        seen.append([(event.id, event.data) for event in again.events])
        again.close()
    assert seen[0] == seen[1] == seen[2]
    session.delete()


def test_the_newer_connection_of_a_stream_wins(server):
    session, stream = watch(server)
    again = session.open_stream(stream.last_event_id)
    assert stream.next() is None, "the older one was ended properly"
    touch(session)
    again.next_of("notifications/resources/updated")
    session.delete()


def test_a_replay_holds_nothing_of_other_streams(serve):
    server = serve(SLOW_IS_A_STREAM)
    session = Session.open(server)
    session.call("resources/subscribe", {"uri": "test://counter"})
    get = session.open_stream()
    one, two = hold(session), hold(session)
    starts = [stream.next_event().id for stream in (get, one.stream, two.stream)]
    for stream in (get, one, two):
        stream.connection.reset()
    touch(session, 2)
    let_go(session, one, "one")
    let_go(session, two, "two")
    again = [session.open_stream(start) for start in starts]
    assert [again[0].next()["method"] for _ in range(2)] == ["notifications/resources/updated"] * 2
    assert again[1].next()["result"]["content"][0]["text"] == "one"
    assert again[2].next()["result"]["content"][0]["text"] == "two"
    assert again[1].next() is None and again[2].next() is None


def test_another_session_cannot_resume_a_stream(server):
    session, stream = watch(server)
    other = Session.open(server)
    assert refused(other, stream.last_event_id)[0] == 400
    session.delete()
    other.delete()


@pytest.mark.parametrize("name", ["999-1", "1-999", "x", "1", "-1-1", "1-1-1", "01-1", "0-0",
                                  "99999999999999999999999-1", "\u00e9"])
def test_an_unknown_event_id_is_refused(session, name):
    status, error = refused(session, name)
    assert (status, error["code"]) == (400, -32600)
    assert "Last-Event-ID" in error["message"]


def test_what_the_ring_does_not_keep_is_gone_and_said_so(serve):
    server = serve({"streams": {"stream_after_ms": 10, "replay_events": 4}})
    session = Session.open(server)
    call = hold(session)
    start = call.stream.next_event().id
    call.cut()
    let_go(session, call)
    watch_stream = session.open_stream()
    session.call("resources/subscribe", {"uri": "test://counter"})
    touch(session, 6)
    for _ in range(6):
        watch_stream.next()
    status, error = refused(session, start)
    assert status == 400 and "not kept" in error["message"]
    assert server.metric("troupe_resumptions_incomplete_total") == 1


def test_a_standalone_stream_goes_on_behind_a_gap(serve):
    server = serve({"streams": {"replay_events": 4}})
    _, witness = watch(server)
    session, stream = watch(server)
    witness.next_of("notifications/resources/updated")
    stream.connection.reset()
    publish(session, witness, 6)
    again = session.open_stream(stream.last_event_id)
    for _ in range(4):
        assert again.next()["method"] == "notifications/resources/updated"
    assert server.metric("troupe_resumptions_incomplete_total") == 1
    touch(session, 1)
    assert again.next()["method"] == "notifications/resources/updated"


def test_a_stream_that_nobody_resumes_is_forgotten(serve):
    server = serve({"streams": {"resume_window_ms": 200}})
    session, stream = watch(server)
    stream.connection.reset()
    me = session.tool_text("whoami")

    def status():
        return session.tool_text("notify_client", client=me, method="notifications/test")

    wait_until(lambda: status() == "notification not supported", "the stream is forgotten")


def test_events_for_a_client_that_is_expected_back_are_kept(server):
    session, stream = watch(server)
    stream.connection.reset()
    session.own_notifications.add("notifications/test")
    me = session.tool_text("whoami")
    status = session.tool_text("notify_client", client=me, method="notifications/test",
                               params={"n": 1})
    assert status == "delivered"
    again = session.open_stream(stream.last_event_id)
    assert again.next() == {"jsonrpc": "2.0", "method": "notifications/test", "params": {"n": 1}}
    session.delete()
