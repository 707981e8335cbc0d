"""An actor of the runtime dies: it is started again and the others go on. When that happens too often,
or when something hangs, the process ends and says why."""

import signal

import pytest
from gate import hold, let_go
from mcp.caller import RpcError
from mcp.deadline import SLOWNESS, wait_until
from mcp.session import Session
from mcp.wire import Closed

DEAD = r"died and is restarted"


def accepts(server):
    try:
        server.connect().close()
        return True
    except ConnectionError:
        return False


def kill(server, actor, session=None):
    """Kills an actor and waits until there is another one."""
    kind = {"hooks": "hook_runner"}.get(actor, actor.split(" ")[0])
    before = server.metric("troupe_actor_restarts_total", actor=kind)
    session = session or Session.open(server)
    if kind == "shard":  # which may take the caller along
        try:
            session.start_tool("kill", {"actor": actor}).next()
        except (Closed, ConnectionError):
            pass
    else:
        assert session.tool_text("kill", actor=actor) == "killed"
    wait_until(lambda: server.metric("troupe_actor_restarts_total", actor=kind) == before + 1,
               f"the {actor} was restarted")
    wait_until(lambda: accepts(server), "connections are accepted")


@pytest.fixture
def fragile(serve):
    def start(**config):
        server = serve(config)
        server.expected_errors += [DEAD, "ended by a failure", "incident="]
        return server

    return start


def test_a_new_registry_knows_what_is_in_use(fragile):
    server = fragile(limits={"max_sessions": 6})
    sessions = [Session.open(server) for _ in range(4)]
    kill(server, "registry", sessions[0])
    sessions += [Session.open(server) for _ in range(2)]
    with pytest.raises((RpcError, AssertionError), match="sessions"):
        Session.open(server)
    for session in sessions:
        assert session.call("ping") == {}
        session.delete()
    for session in [Session.open(server) for _ in range(6)]:
        session.delete()


def test_calls_go_on_while_the_registry_is_replaced(fragile):
    server = fragile()
    session = Session.open(server)
    call = hold(session)
    for _ in range(3):
        kill(server, "registry", session)
    let_go(session, call, "still there")
    assert call.text() == "still there"


def test_a_new_dispatcher_goes_on_from_the_last_catalog(fragile):
    server = fragile()
    session = Session.open(server)
    session.tool("add", kind="tool", name="before")
    call = hold(session)
    kill(server, "dispatcher", session)
    names = {tool["name"] for tool in session.call("tools/list")["tools"]}
    assert "before" in names and "kill" in names
    stream = session.open_stream()
    stream.next_event()
    session.tool("add", kind="tool", name="after")
    assert stream.next()["method"] == "notifications/tools/list_changed"
    assert session.tool_text("after") == "nothing"
    let_go(session, call, "still there")
    assert call.text() == "still there"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_new_shard_takes_the_place_of_a_dead_one(fragile, threads):
    server = fragile(listen={"io_threads": threads}, limits={"max_sessions": 20})
    sessions = [Session.open(server) for _ in range(20)]
    kill(server, "shard 0", sessions[0])
    # Who lived on the dead thread begins anew; whoever lived on the other one goes on.
    statuses = [session.start("ping", connection=server.connect()).status for session in sessions]
    assert set(statuses) <= {200, 404}, statuses
    alive = statuses.count(200)
    assert alive == 0 if threads == 1 else alive < 20
    wait_until(lambda: server.metric("troupe_sessions") == alive, "the dead sessions are gone")
    # The dead thread's slots are there again, all of them.
    more = [Session.open(server) for _ in range(20 - alive)]
    for session in more:
        assert session.call("ping") == {}
    assert server.metric("troupe_sessions_ended_total", reason="failed") == 20 - alive
    kill(server, f"shard {threads - 1}", more[0])
    assert Session.open(server).call("ping") == {}


def test_a_new_hook_runner_is_told_what_happens_next(fragile):
    server = fragile()
    session = Session.open(server)
    kill(server, "hooks", session)
    other = Session.open(server)
    wait_until(lambda: other.tool_text("hooks").count('"connected"') >= 2, "the hook was called")


def test_too_many_deaths_end_the_process(fragile):
    server = fragile(supervision={"max_restarts": 2})
    session = Session.open(server)
    for _ in range(2):
        kill(server, "registry", session)
    session.start_tool("kill", {"actor": "registry"})
    code, took = server.wait_exit()
    assert code == 1
    assert "gives up: more than 2 restarts within 60000 ms" in server.log()
    server.abandon()


def test_a_dead_supervisor_ends_the_process(fragile):
    server = fragile()
    Session.open(server).start_tool("kill", {"actor": "supervisor"})
    assert server.wait_exit()[0] == 1
    assert "the supervisor has died" in server.log()
    server.abandon()


def test_a_thread_that_never_returns_is_no_reason_to_stay(fragile):
    server = fragile(shutdown={"limit_ms": 200, "watchdog_ms": 60_000})
    session = Session.open(server)
    session.start_tool("never_return", {})
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 1, "the call runs")
    server.terminate(signal.SIGTERM)
    code, took = server.wait_exit()
    assert code == 3, server.tail()
    log = server.log()
    assert "killed at the shutdown limit" in log and "never_return" in log
    assert "left behind" in log
    assert took < 6 * SLOWNESS, took
    server.abandon()
