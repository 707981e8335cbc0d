"""Event streams: which answer comes as one, what they carry, and in which order."""

import re

import pytest
from gate import hold, let_go
from mcp.deadline import wait_until
from mcp.schema import LEGACY
from mcp.session import Session


def test_a_quick_answer_is_json(session):
    exchange = session.start_tool("echo_arguments", {"a": 1})
    assert not exchange.is_stream
    assert exchange.headers["content-type"] == "application/json"
    assert exchange.text() == '{"a":1}'


@pytest.mark.parametrize("accept, stream", [
    ("application/json", False),
    ("application/json, text/event-stream", False),
    ("text/event-stream", True),
    ("*/*", False),
    ("application/*", False),
    ("text/*", True),
    ("text/event-stream;q=0.5, application/json;q=0", True),
])
def test_the_accept_header_decides_about_the_form(session, accept, stream):
    for method in ("ping", "tools/list"):
        exchange = session.start(method, headers={"Accept": accept})
        assert exchange.is_stream == stream, (method, accept)
        exchange.result()


@pytest.mark.parametrize("tool", ["steps", "steps_inline"])
def test_progress_comes_before_the_result_on_the_stream_of_its_call(session, tool):
    standalone = session.open_stream()
    exchange = session.start_tool(tool, {"count": 4}, progress_token="p")
    assert exchange.text() == "told"
    assert exchange.is_stream
    told = [note["params"] for note in exchange.notifications]
    assert [one["progress"] for one in told] == [1, 2, 3, 4]
    assert all(one["progressToken"] == "p" and one["total"] == 4 for one in told)
    session.tool("add", kind="tool", name="marker")
    assert standalone.next_of("notifications/tools/list_changed")
    session.tool("remove", kind="tool", name="marker")


@pytest.mark.parametrize("token", ["text", 7, 0, -5, 2**53 + 1, 2**63 - 1])
def test_progress_tokens_come_back_in_their_type(session, token):
    exchange = session.start_tool("steps", {"count": 1}, progress_token=token)
    exchange.result()
    assert repr(exchange.notifications[0]["params"]["progressToken"]) == repr(token)


def test_without_a_token_there_is_no_progress(session):
    exchange = session.start_tool("steps", {"count": 3})
    assert exchange.text() == "not asked"
    assert exchange.notifications == []


def test_a_client_that_takes_no_stream_gets_the_result_alone(session):
    exchange = session.start_tool("steps", {"count": 3}, progress_token="p",
                                  headers={"Accept": "application/json"})
    assert exchange.text() == "told"
    assert not exchange.is_stream and exchange.notifications == []


def test_a_slow_call_moves_to_a_stream(serve):
    server = serve({"streams": {"stream_after_ms": 100}})
    session = Session.open(server)
    call = hold(session)
    assert call.is_stream
    event = call.stream.next_event()
    assert event.is_priming
    let_go(session, call)
    assert call.text() == "opened"


def test_stream_headers_keep_proxies_from_buffering_and_caching(session):
    for stream in (session.open_stream(),
                   session.start_tool("steps", {}, progress_token=1)):
        if hasattr(stream, "read_head"):
            stream.read_head()
        headers = stream.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-cache, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert headers.get("transfer-encoding") == "chunked"


@pytest.mark.parametrize("revision", LEGACY)
def test_streams_are_primed_from_2025_11_25_on(server, revision):
    session = Session.open(server, revision)
    post = session.start_tool("steps", {"count": 1}, progress_token=1)
    post.result()
    get = session.open_stream()
    if revision == "2025-11-25":
        assert get.next_event().is_priming
        for events in (post.stream.events, get.events):
            first = events[0]
            assert first.is_priming and first.id and first.retry > 0
            assert all(not event.is_priming and event.retry is None for event in events[1:])
    else:
        assert all(event.data for event in post.stream.events)
        session.tool("add", kind="tool", name=f"marker-{revision}")
        assert get.next_of("notifications/tools/list_changed")
        assert get.events[0].data and get.events[0].retry is None
        session.tool("remove", kind="tool", name=f"marker-{revision}")
    session.delete()


def stream_of(event_id):
    return re.fullmatch(r"(\d+)-(\d+)", event_id).groups()


def test_event_ids_name_their_stream_and_grow(session):
    standalone = session.open_stream()
    first, second = (session.start_tool("steps", {"count": 3}, progress_token=i) for i in (1, 2))
    first.result(), second.result()
    session.tool("add", kind="tool", name="marker")
    standalone.next_of("notifications/tools/list_changed")
    session.tool("remove", kind="tool", name="marker")
    names = []
    for events in (standalone.events, first.stream.events, second.stream.events):
        ids = [stream_of(event.id) for event in events]
        assert len({stream for stream, _ in ids}) == 1, ids
        numbers = [int(number) for _, number in ids]
        assert numbers == sorted(set(numbers)), ids
        names.append(ids[0][0])
    assert len(set(names)) == 3, names


def test_a_message_goes_to_one_standalone_stream_only(session):
    one, two = session.open_stream(), session.open_stream()
    session.tool("add", kind="prompt", name="marker")
    session.tool("remove", kind="prompt", name="marker")
    session.delete()
    got = [[], []]
    for stream, messages in zip((one, two), got):
        while (message := stream.next()) is not None:
            messages.append(message["method"])
    assert sorted(got[0] + got[1]) == ["notifications/prompts/list_changed"] * 2, got


def test_notifications_of_a_call_stay_on_its_stream(session):
    standalone = session.open_stream()
    session.own_notifications.add("notifications/test")
    a = session.start_tool("tell", {"method": "notifications/test", "params": {"of": "a"}})
    b = session.start_tool("tell", {"method": "notifications/test", "params": {"of": "b"}})
    a.result(), b.result()
    assert [note["params"] for note in a.notifications] == [{"of": "a"}]
    assert [note["params"] for note in b.notifications] == [{"of": "b"}]
    session.delete()
    assert standalone.next() is None


def test_awkward_text_stays_one_line_and_valid(session):
    plain = session.tool_text("awkward_text")
    streamed = session.start_tool("awkward_text", headers={"Accept": "text/event-stream"}).text()
    assert plain == streamed
    assert plain.startswith("a\r\nb\n\ndata: c\t\"\\\x01")
    assert plain.endswith("\u2028 \U0001f3ad")


def test_idle_streams_get_comments(serve):
    server = serve({"streams": {"keep_alive_ms": 1000, "stream_after_ms": 10}})
    session = Session.open(server)
    get, call = session.open_stream(), hold(session)
    assert call.is_stream
    for stream in (get, call.stream):
        stream.stream.wait_comment()
        stream.stream.wait_comment()
    let_go(session, call)
    assert call.text() == "opened"


def test_a_large_result_arrives_whole_in_both_forms(session):
    for accept in ("application/json", "text/event-stream"):
        call = session.start_tool("big", {"bytes": 3_000_000}, headers={"Accept": accept})
        assert call.text() == "x" * 3_000_000


def test_streams_are_counted(server, session):
    before = server.metric("troupe_streams")
    stream = session.open_stream()
    stream.next_event()
    assert server.metric("troupe_streams") == before + 1
    stream.close()
    wait_until(lambda: server.metric("troupe_streams") == before, "the stream is gone")
