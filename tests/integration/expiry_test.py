"""Sessions that nobody uses any more end by themselves."""

import time

from gate import hold, let_go
from mcp.deadline import wait_until
from mcp.session import Session

# A timer may fire late on a loaded machine, but never early.
SLACK = 0.05


def is_gone(session):
    with session.connect() as connection:
        connection.request("DELETE", session.path, {"Mcp-Session-Id": session.id})
        return connection.read_response().status == 404


def wait_ended(server, reason, count=1):
    wait_until(lambda: server.metric("troupe_sessions_ended_total", reason=reason) >= count,
               f"a session ended: {reason}")


def test_a_session_that_never_initialises_ends(serve):
    server = serve({"timeouts": {"initialize_timeout_ms": 300}})
    began = time.monotonic()
    session = Session(server.address)
    session.initialize()
    wait_ended(server, "never_initialized")
    assert time.monotonic() - began >= 0.3 - SLACK
    assert is_gone(session)
    ready = Session.open(server)
    time_after = began + 0.6
    wait_until(lambda: time.monotonic() > time_after, "the initialise timeout is over")
    assert ready.call("ping") == {}


def test_an_idle_session_ends_and_an_active_one_does_not(serve):
    server = serve({"timeouts": {"session_idle_timeout_ms": 1000}})
    idle, active = Session.open(server), Session.open(server)
    began = time.monotonic()

    def ended():
        assert active.call("ping") == {}
        return server.metric("troupe_sessions_ended_total", reason="idle") == 1

    wait_until(ended, "the idle session ended")
    assert time.monotonic() - began >= 1 - SLACK
    assert is_gone(idle)
    assert active.call("ping") == {}
    wait_until(lambda: server.metric("troupe_sessions") == 1, "one is left")


def test_a_stream_holds_a_session_for_longer_but_not_for_ever(serve):
    server = serve({"timeouts": {"session_idle_timeout_ms": 1000,
                                 "session_idle_timeout_with_stream_ms": 2500}})
    began = time.monotonic()
    session = Session.open(server)
    stream = session.open_stream()
    while stream.next() is not None:
        pass
    lasted = time.monotonic() - began
    assert lasted >= 2.5 - SLACK, lasted
    assert is_gone(session)


def test_a_running_call_keeps_its_session(serve):
    server = serve({"timeouts": {"session_idle_timeout_ms": 1000}})
    session, other = Session.open(server), Session.open(server)
    call = hold(session)
    began = time.monotonic()

    def long_enough():
        assert other.call("ping") == {}
        return time.monotonic() - began > 1.8

    wait_until(long_enough, "the idle timeout is over")
    let_go(other, call, "kept")
    assert call.text() == "kept"
    assert session.call("ping") == {}
