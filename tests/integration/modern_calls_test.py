"""A modern call while it runs: progress and logs for those who asked, streams for what takes long, and
the client's going away, which cancels it."""

import json

import pytest
from gate import cancelled, hold, let_go, new_key, waiting
from mcp.deadline import SLOWNESS, wait_until
from mcp.modern import Modern, make_meta

LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]


# -- progress and logs ---------------------------------------------------------------------------------

@pytest.mark.parametrize("tool", ["steps", "steps_inline"])
@pytest.mark.parametrize("token", ["token", "", 0, 7, 2**53 + 1])
def test_progress_goes_to_those_who_asked(modern, tool, token):
    call = modern.start_tool(tool, {"count": 5}, progress_token=token)
    assert call.text() == "told"
    assert call.is_stream and len(call.notifications) == 5
    for number, told in enumerate(call.notifications, 1):
        assert told["method"] == "notifications/progress"
        assert told["params"]["progressToken"] == token
        assert type(told["params"]["progressToken"]) is type(token)
        assert (told["params"]["progress"], told["params"]["total"]) == (number, 5)


@pytest.mark.parametrize("tool", ["steps", "steps_inline", "log_all_levels"])
def test_nothing_is_told_to_those_who_did_not_ask(modern, tool):
    call = modern.start_tool(tool)
    call.result()
    assert not call.is_stream and call.notifications == []


@pytest.mark.parametrize("token", [1.5, True, None, {}, []])
def test_a_progress_token_of_a_wrong_type_asks_for_nothing(modern, token):
    message = modern.message("tools/call", {"name": "steps"})
    message["params"]["_meta"]["progressToken"] = token
    call = modern.post(message)
    assert "error" in call.answer() or call.notifications == []


@pytest.mark.parametrize("index", range(len(LEVELS)))
def test_logs_from_the_level_asked_for(modern, index):
    call = modern.start_tool("log_all_levels", log_level=LEVELS[index])
    assert call.text() == "logged"
    assert [note["params"]["level"] for note in call.notifications] == LEVELS[index:]
    assert {note["method"] for note in call.notifications} == {"notifications/message"}


def test_a_level_holds_for_one_request_only(server, modern):
    with server.connect() as connection:
        for level, count in (("debug", 8), (None, 0), ("alert", 2), (None, 0)):
            call = modern.start_tool("log_all_levels", log_level=level, connection=connection)
            call.result()
            assert len(call.notifications) == count


def test_without_event_streams_only_the_answer_comes(modern):
    """And a JSON body at that."""
    call = modern.start_tool("steps", {"count": 5}, progress_token=1, headers={"Accept": "application/json"})
    assert call.text() == "told"
    assert not call.is_stream and call.notifications == []


@pytest.mark.parametrize("accept, status", [
    ("application/json, text/event-stream", 200), ("*/*", 200), (None, 200), ("application/*", 200),
    ("text/html", 406), ("application/json;q=0", 406)])
def test_the_accept_header(modern, accept, status):
    call = modern.start_tool("echo_arguments", headers={"Accept": accept})
    assert call.status == status


# -- calls that take long --------------------------------------------------------------------------------

def test_a_slow_call_becomes_a_stream_with_comments(serve):
    server = serve({"streams": {"stream_after_ms": 50, "keep_alive_ms": 1000}})
    modern = Modern(server)
    call = hold(modern)
    assert call.is_stream
    call.stream.stream.wait_comment()
    call.stream.stream.wait_comment()
    let_go(modern, call, "late")
    assert call.text() == "late"


def test_a_slow_call_stays_json_for_those_who_want_nothing_else(serve):
    server = serve({"streams": {"stream_after_ms": 0}})
    modern = Modern(server)
    call = hold(modern, headers={"Accept": "application/json"})
    let_go(modern, call, "late")
    assert call.text() == "late" and not call.is_stream


def test_a_call_that_takes_too_long_is_given_up(serve):
    server = serve({"timeouts": {"call_timeout_ms": 300}})
    server.expected_errors.append("timed out")
    modern = Modern(server)
    key = new_key()
    with server.connect() as connection:
        result = modern.start_tool("wait", {"key": key}, connection=connection).result()
        assert result["isError"] is True and "longer" in result["content"][0]["text"]
        wait_until(lambda: key in cancelled(modern), "its handler was told")
        # A stream that has begun ends in the same way.
        call = modern.start_tool("wait", {"key": new_key()}, connection=connection,
                                 headers={"Accept": "text/event-stream, application/json"})
        assert call.result()["isError"] is True
        assert modern.start_tool("echo_arguments", {}, connection=connection).text() == "{}"
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "nothing is in flight")


def test_requests_of_one_connection_are_answered_in_their_order(server, modern):
    """Sent without waiting; each is one after the other on this connection."""
    with server.connect() as connection:
        sent = [modern.start_tool("echo_arguments", {"n": n}, connection=connection) for n in range(20)]
        assert [json.loads(call.text())["n"] for call in sent] == list(range(20))


def test_a_connection_serves_after_a_stream(server, modern):
    with server.connect() as connection:
        for _ in range(10):
            call = modern.start_tool("steps", progress_token="t", connection=connection)
            assert call.text() == "told" and call.is_stream and call.reusable


# -- the client goes away --------------------------------------------------------------------------------

def leave(call, how):
    {"close": call.connection.close, "reset": call.connection.reset}[how]()


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("streaming", [False, True])
def test_disconnecting_cancels_within_a_tenth_of_a_second(serve, how, streaming):
    """The handler's own record says how long after the client's leaving it was told."""
    server = serve({"streams": {"stream_after_ms": 10 if streaming else 60_000}})
    modern = Modern(server)
    took = []
    for _ in range(5):
        call = hold(modern)
        if streaming:
            assert call.is_stream
        assert server.metric("troupe_calls_in_flight") >= 1
        at = json.loads(modern.tool_text("clock"))
        leave(call, how)
        times = wait_until(lambda: json.loads(modern.tool_text("cancelled_at")).get(call.key),
                           "the handler was told")
        took.append(times - at)
        assert call.key not in waiting(modern)
    assert min(took) >= 0 and max(took) < 100_000 * SLOWNESS, f"microseconds: {took}"
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "the slots are free")


def test_the_flag_is_set_as_well(serve):
    """For a handler that looks at it now and then; it records when it saw it."""
    server = serve({"streams": {"stream_after_ms": 60_000}})
    modern = Modern(server)
    for _ in range(5):
        key = new_key()
        call = modern.start_tool("watch_flag", {"key": key})
        wait_until(lambda: key in json.loads(modern.tool_text("flag_seen_at")), "it is being watched")
        at = json.loads(modern.tool_text("clock"))
        leave(call, "close")
        seen = wait_until(lambda: json.loads(modern.tool_text("flag_seen_at")).get(key), "it was seen")
        assert 0 <= seen - at < 100_000 * SLOWNESS


def test_nothing_is_sent_behind_a_client_that_left(serve):
    """What a handler says and answers after its client has gone goes nowhere, and breaks nothing."""
    server = serve({"streams": {"stream_after_ms": 10}})
    modern = Modern(server)
    call = hold(modern, progress_token="t")
    assert call.is_stream
    call.connection.half_close()
    wait_until(lambda: call.key in cancelled(modern), "the handler was told")
    assert modern.tool_text("open", key=call.key) == "0"
    assert b"result" not in call.connection.read_to_end()
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "the slot is free")
    assert server.metric("troupe_requests_total", method="tools/call", outcome="cancelled") >= 1


def test_a_full_server_refuses_and_has_room_again_when_clients_leave(serve):
    server = serve({"limits": {"max_calls_in_flight": 2}, "listen": {"io_threads": 1}})
    modern = Modern(server)
    one = modern.start_tool("wait", {"key": "a"})
    two = modern.start_tool("wait", {"key": "b"})
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 2, "both run")
    refused = modern.start_tool("echo_arguments", {})
    assert refused.answer()["error"]["code"] == -32603
    assert refused.status == 503 and refused.headers["retry-after"]
    leave(one, "close")
    wait_until(lambda: modern.start_tool("echo_arguments", {}).status == 200, "there is room again")
    leave(two, "reset")
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "nothing is left")


def test_a_posted_cancellation_cancels_nothing(server, modern):
    """There is no session it could belong to: ids of different clients are alike."""
    call = hold(modern, request_id=4711)
    notice = {"jsonrpc": "2.0", "method": "notifications/cancelled",
              "params": {"requestId": 4711, "_meta": make_meta()}}
    assert modern.post(notice).status == 202
    let_go(modern, call, "still here")
    assert call.text() == "still here"


def test_events_of_a_call_that_reads_slowly_do_not_pile_up(serve):
    """A client that reads nothing is cut off, and its call is cancelled."""
    server = serve({"limits": {"max_output_bytes": 65536}, "streams": {"replay_bytes": 65536}})
    modern = Modern(server)
    with server.connect(receive_buffer=4096) as connection:
        modern.start_tool("flood", {"events": 3000, "bytes": 4000}, log_level="debug", connection=connection)
        wait_until(lambda: server.metric("troupe_connections_closed_total", reason="slow_consumer") == 1,
                   "the slow client is cut off")
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "its call is over")
    assert isinstance(modern.tool_text("echo_arguments"), str)
