"""A client that does not read is cut off; everybody else loses nothing."""

import threading

import pytest
from mcp.deadline import SLOWNESS, wait_until
from mcp.session import Session

SMALL = {"limits": {"max_output_bytes": 64 * 1024}, "streams": {"replay_bytes": 64 * 1024}}


def subscriber(server, **more):
    """A session with an open stream that has received its first event."""
    session = Session.open(server)
    session.own_notifications.add("notifications/test")
    session.name = session.tool_text("whoami")
    session.stream = session.open_stream(connection=server.connect(**more))
    session.stream.next_event()
    return session


def test_a_slow_reader_of_the_standalone_stream_is_cut_off(serve):
    server = serve(SMALL)
    sender = Session.open(server)
    slow = subscriber(server, receive_buffer=4096)
    good = subscriber(server)
    count, text = 400, "x" * 20_000
    got = []

    def read():
        for _ in range(count):
            got.append(good.stream.next()["params"]["n"])

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(count):
        for client in (slow, good):
            status = sender.tool_text("notify_client", client=client.name,
                                      method="notifications/test", params={"n": n, "text": text})
            assert status == "delivered"
    reader.join()
    assert got == list(range(count)), "the other client lost nothing"
    cut_off = lambda: server.metric("troupe_connections_closed_total", reason="slow_consumer")  # noqa: E731
    wait_until(lambda: cut_off() == 1, "the slow client was cut off")
    assert slow.call("ping") == {}, "its session lives"


def test_a_slow_reader_of_a_calls_stream_is_cut_off_and_may_resume(serve):
    server = serve()
    session, other = Session.open(server), Session.open(server)
    call = session.start_tool("flood", {"events": 1000, "bytes": 20_000},
                              connection=server.connect(receive_buffer=4096))
    first = call.stream.next_event()
    wait_until(lambda: server.metric("troupe_connections_closed_total", reason="slow_consumer") == 1,
               "the slow client was cut off")
    assert other.call("ping") == {}
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "the call is over")
    stream = session.open_stream(first.id)
    numbers = []
    while "method" in (message := stream.next()):
        numbers.append(message["params"]["data"]["number"])
    assert numbers == sorted(numbers) and numbers[-1] == 999, "what the ring kept, in order"
    assert message["result"]["content"][0]["text"] == "flooded"
    assert stream.next() is None


def test_a_reader_that_keeps_up_gets_everything(serve):
    server = serve()
    session = Session.open(server)
    # Twice the bytes that may wait, at once: they fit the socket's buffers, so nobody is slow.
    call = session.start_tool("flood", {"events": 100, "bytes": 20_000})
    assert call.text() == "flooded"
    assert [n["params"]["data"]["number"] for n in call.notifications] == list(range(100))


def test_a_reader_that_takes_nothing_for_too_long_is_cut_off(serve):
    server = serve({"timeouts": {"write_timeout_ms": 300}})
    session = Session.open(server)
    call = session.start_tool("big", {"bytes": 30_000_000},
                              connection=server.connect(receive_buffer=4096))
    wait_until(lambda: server.metric("troupe_connections_closed_total", reason="write_timeout") == 1,
               "the connection was closed")
    call.connection.close()
    assert session.call("ping") == {}


@pytest.mark.skipif(SLOWNESS > 1, reason="a sanitizer keeps freed memory")
def test_the_memory_for_a_slow_reader_is_bounded(serve):
    server = serve(SMALL)
    sender = Session.open(server)
    slow = subscriber(server, receive_buffer=4096)
    before = server.metric("process_resident_memory_bytes")
    for n in range(600):
        sender.tool_text("notify_client", client=slow.name, method="notifications/test",
                         params={"n": n, "text": "x" * 50_000})
    grown = server.metric("process_resident_memory_bytes") - before
    assert grown < 20_000_000, f"{grown:.0f} bytes more after 30 MB for a client that reads nothing"
