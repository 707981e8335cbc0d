"""SIGTERM: stop accepting, end streams, let calls finish, exit 0; a second signal ends at once."""

import signal
import time

import pytest
from gate import hold
from mcp.deadline import SLOWNESS, wait_until
from mcp.session import Session


def drain(server, number=signal.SIGTERM):
    """Sends the signal and waits until the server says that it drains."""
    server.terminate(number)
    wait_until(lambda: server.admin_get("/readyz").status == 503, "/readyz says 503")


@pytest.fixture
def door(tmp_path):
    """A file that calls wait for: it lets them go when no request can do so any more."""
    return tmp_path / "door"


def waiting_for(session, door, **more):
    return session.start_tool("wait_file", {"path": str(door)}, **more)


def accepts(server):
    try:
        server.connect().close()
        return True
    except ConnectionError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once(serve, number):
    server = serve()
    server.terminate(number)
    code, took = server.wait_exit()
    assert code == 0 and took < SLOWNESS, (code, took)


def test_open_streams_end_properly_and_at_once(serve):
    server = serve()
    sessions = [Session.open(server) for _ in range(50)]
    streams = [session.open_stream() for session in sessions]
    kept = [server.connect() for _ in range(20)]
    for session, connection in zip(sessions, kept):
        session.start("ping", connection=connection).result()
    for stream in streams:
        stream.next_event()
    server.terminate()
    code, took = server.wait_exit()
    assert code == 0 and took < SLOWNESS, (code, took)
    for stream in streams:
        assert stream.next() is None, "ended with the last chunk"
    for connection in kept:
        assert connection.is_closed_by_server()


def test_streams_and_the_port_close_while_a_call_still_runs(serve, door):
    server = serve()
    session = Session.open(server)
    standalone = session.open_stream()
    standalone.next_event()
    call = waiting_for(session, door)
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 1, "the call runs")
    drain(server)
    assert standalone.next() is None
    wait_until(lambda: not accepts(server), "no further connection is accepted")
    door.touch()
    assert call.text() == "the file is there"
    assert server.wait_exit()[0] == 0


def test_a_call_that_ends_during_the_drain_is_answered(serve, door):
    server = serve()
    session = Session.open(server)
    call = waiting_for(session, door)
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 1, "the call runs")
    began = time.monotonic()
    drain(server)
    door.touch()
    assert call.text() == "the file is there"
    code, _ = server.wait_exit()
    assert code == 0
    assert time.monotonic() - began < 5 * SLOWNESS


def test_requests_during_the_drain_are_refused(serve, door):
    server = serve()
    session = Session.open(server)
    kept = server.connect()
    session.start("ping", connection=kept).result()
    call = waiting_for(session, door)
    pipelined = waiting_for(session, door, connection=server.connect())
    pipelined.connection.request("POST", server.path, session.headers(), session.message("ping"))
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 2, "the calls run")
    drain(server)
    assert kept.is_closed_by_server(), "an idle connection is closed"
    door.touch()
    assert call.text() == "the file is there"
    assert pipelined.text() == "the file is there"
    assert pipelined.headers.get("connection") == "close"
    code, _ = server.wait_exit()
    assert code == 0


def test_a_call_on_a_stream_is_finished_on_it(serve, door):
    server = serve({"streams": {"stream_after_ms": 10}})
    session = Session.open(server)
    call = waiting_for(session, door)
    assert call.is_stream
    drain(server)
    door.touch()
    assert call.text() == "the file is there"
    assert server.wait_exit()[0] == 0


def test_what_runs_at_the_limit_is_killed_and_named(serve):
    server = serve({"shutdown": {"limit_ms": 500}})
    session = Session.open(server)
    call = hold(session)
    began = time.monotonic()
    server.terminate()
    code, took = server.wait_exit()
    assert code == 0
    assert 0.4 < took < 3 * SLOWNESS, took
    log = server.log()
    assert "killed at the shutdown limit" in log
    lines = [line for line in log.splitlines() if "killed at the shutdown limit:" in line]
    assert any("method=tools/call name=wait" in line for line in lines), lines
    assert time.monotonic() - began < 5 * SLOWNESS
    call.connection.close()


def test_a_second_signal_ends_at_once(serve):
    server = serve()
    session = Session.open(server)
    call = hold(session)
    drain(server)
    server.terminate()
    code, took = server.wait_exit()
    assert took < SLOWNESS
    assert code not in (0, None)
    call.connection.close()
    server.abandon()


def test_health_and_readiness(serve, door):
    server = serve()
    assert server.admin_get("/healthz").status == 200
    assert server.admin_get("/readyz").status == 200
    session = Session.open(server)
    call = waiting_for(session, door)
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 1, "the call runs")
    drain(server)
    assert server.admin_get("/healthz").status == 200
    assert server.metrics()
    door.touch()
    assert call.text() == "the file is there"
    assert server.wait_exit()[0] == 0


def test_nothing_is_left_after_much_use(serve):
    server = serve({"shutdown": {"limit_ms": 500}})
    for _ in range(20):
        session = Session.open(server)
        session.open_stream()
        session.tool_text("echo_arguments", a=1)
        hold(session).cut()
    server.terminate()
    code, _ = server.wait_exit(45)
    assert code == 0
    assert "left behind" not in server.log()
