"""Requests of one session run at the same time, and can be cancelled."""

import json
import threading

import pytest
from gate import cancelled, hold, let_go, new_key, waiting
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.session import Session


def test_calls_of_one_session_overlap_and_end_in_any_order(session):
    calls = [hold(session) for _ in range(10)]
    for call in reversed(calls):
        let_go(session, call, f"text of {call.key}")
        assert call.text() == f"text of {call.key}"


def test_a_request_is_answered_while_a_call_runs(session):
    call = hold(session)
    assert session.call("ping") == {}
    assert session.call("tools/list")["tools"]
    let_go(session, call)
    assert call.text() == "opened"


@pytest.mark.parametrize("tool", ["echo_arguments", "echo_inline", "echo_blocking"])
def test_many_clients_with_equal_ids_get_their_own_answers(server, tool):
    faults = []

    def work(number):
        try:
            session = Session.open(server)
            for i in range(100):
                exchange = session.start_tool(tool, {"client": number, "call": i}, request_id=i + 1)
                with exchange.connection:
                    assert json.loads(exchange.text()) == {"client": number, "call": i}
            session.delete()
        except Exception as error:  # noqa: BLE001: told by the main thread
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[0]


def test_an_id_may_be_used_again_when_its_request_is_over_but_not_before(session):
    call = hold(session, request_id=500)
    with pytest.raises(RpcError) as refused:
        session.start_tool("echo_arguments", {}, request_id=500).result()
    assert refused.value.code == -32600
    let_go(session, call)
    assert call.text() == "opened"
    assert session.start_tool("echo_arguments", {}, request_id=500).text() == "{}"


# -- cancellation ---------------------------------------------------------------------------------


def test_a_cancelled_call_reaches_its_handler_and_is_not_answered(session):
    call = hold(session)
    session.cancel(call.request_id)
    wait_until(lambda: call.key in cancelled(session), "the handler was told")
    assert call.key not in waiting(session)
    assert call.status in (200, 202)
    assert call.next() is None
    assert session.call("ping") == {}


def test_a_cancelled_call_on_a_stream_ends_the_stream(serve):
    server = serve({"streams": {"stream_after_ms": 10}})
    session = Session.open(server)
    call = hold(session)
    assert call.is_stream
    session.cancel(call.request_id)
    assert call.next() is None
    assert session.call("ping") == {}


def test_cancelling_takes_the_exact_id_of_the_own_session(server, session):
    other = Session.open(server)
    key = new_key()
    call = hold(session, key, request_id=41)
    other.cancel(41)
    session.cancel("41")
    session.cancel(42)
    session.notify("notifications/cancelled", {"requestId": None})
    session.notify("notifications/cancelled", {})
    session.notify("notifications/cancelled")
    let_go(session, call, "still here")
    assert call.text() == "still here"
    assert key not in cancelled(session)
    other.delete()


def test_a_lost_connection_is_not_a_cancellation(session):
    call = hold(session)
    call.cut()
    assert call.key in waiting(session)
    let_go(session, call)
    assert call.key not in cancelled(session)
    assert session.call("ping") == {}


def test_deleting_the_session_cancels_its_calls(server, session):
    other = Session.open(server)
    call = hold(other)
    other.delete()
    wait_until(lambda: call.key in cancelled(session), "the handler was told")
    assert call.status == 404


def test_a_call_that_takes_too_long_is_given_up(serve):
    server = serve({"timeouts": {"call_timeout_ms": 200}})
    session = Session.open(server)
    call = hold(session)
    result = call.result()
    assert result["isError"] and "longer" in result["content"][0]["text"]
    wait_until(lambda: call.key in cancelled(session), "the handler was told")
    assert server.metric("troupe_requests_total", outcome="timed_out") == 1
