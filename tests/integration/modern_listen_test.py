"""subscriptions/listen: what is wanted is acknowledged and kept to, every notification bears the id of its
request, and a stream ends in good order, or with its client."""

import pytest
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.modern_schema import SUBSCRIPTION_ID
from mcp.session import Session

ALL = {"toolsListChanged": True, "promptsListChanged": True, "resourcesListChanged": True}
KINDS = {"tool": ("toolsListChanged", "notifications/tools/list_changed"),
         "prompt": ("promptsListChanged", "notifications/prompts/list_changed"),
         "resource": ("resourcesListChanged", "notifications/resources/list_changed")}
UPDATED = "notifications/resources/updated"
IDS = ["text", "", "1", "ü\n\"", 1, 0, -7, 1767225600000, 2**53 + 1, 2**63 - 1]


@pytest.fixture(autouse=True)
def settled(modern):
    """What another test published may be on its way to an I/O thread on which nobody listened then."""
    assert modern.tool_text("settle") == "settled"


def touch(modern, uri):
    assert modern.tool_text("touch", uri=uri) == "touched"


def change(modern, kind):
    """Two changes of the list: there and back."""
    name = "test://listen-added" if kind == "resource" else "listen-added"
    assert modern.tool_text("add", kind=kind, name=name) == "added"
    assert modern.tool_text("remove", kind=kind, name=name) == "removed"


def is_quiet(modern, *subscriptions):
    """Whether nothing waits in these streams. What was caused before has gone out before the update
    that everybody here hears of comes last."""
    for subscription in subscriptions:
        touch(modern, "test://end")
        message = subscription.next()
        if message["method"] != UPDATED or message["params"]["uri"] != "test://end":
            return False
        for other in subscriptions:
            if other is not subscription:
                assert other.next()["params"]["uri"] == "test://end"
    return True


# -- the acknowledgement -----------------------------------------------------------------------------

@pytest.mark.parametrize("wanted", [
    {}, {"toolsListChanged": True}, {"promptsListChanged": True}, {"resourcesListChanged": True}, ALL,
    {"resourceSubscriptions": ["test://counter"]}, {"resourceSubscriptions": []},
    {**ALL, "resourceSubscriptions": ["test://counter", "test://not-there-yet"]},
])
def test_what_is_wanted_is_acknowledged(modern, wanted):
    subscription = modern.listen(**wanted)
    assert subscription.honoured == wanted
    subscription.close()


def test_what_is_not_wanted_is_not_acknowledged(modern):
    subscription = modern.listen(toolsListChanged=True, promptsListChanged=False)
    assert subscription.honoured.get("toolsListChanged") is True
    assert not subscription.honoured.get("promptsListChanged")
    subscription.close()


def test_what_nobody_knows_is_left_out(modern):
    """Whoever wants something newer is told that it will not come."""
    subscription = modern.listen(toolsListChanged=True, moonPhaseChanged=True)
    assert subscription.honoured == {"toolsListChanged": True}
    subscription.close()


def test_the_response_is_a_stream_that_nobody_stores(modern):
    subscription = modern.listen(**ALL)
    headers = subscription.exchange.headers
    assert headers["content-type"].startswith("text/event-stream")
    assert "no-store" in headers["cache-control"] or "no-cache" in headers["cache-control"]
    assert "mcp-session-id" not in headers
    subscription.close()


@pytest.mark.parametrize("accept, status", [
    ("application/json", 406), ("text/html", 406), ("text/event-stream;q=0, */*", 406),
    ("text/event-stream", 200), ("*/*", 200), (None, 200)])
def test_it_needs_a_client_that_takes_streams(server, modern, accept, status):
    with server.connect() as connection:
        exchange = modern.start("subscriptions/listen", {"notifications": ALL}, {"Accept": accept},
                                connection=connection)
        assert exchange.status == status
        if status == 406:
            assert exchange.next()["error"]["code"] == -32600
            assert modern.start_tool("echo_arguments", {}, connection=connection).text() == "{}"


# -- notifications -----------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_list_is_told_to_those_who_want_it(modern, kind):
    member, method = KINDS[kind]
    watched = ["test://end"]
    wants = modern.listen(**{member: True}, resourceSubscriptions=watched)
    others = modern.listen(**{name: True for name in ALL if name != member}, resourceSubscriptions=watched)
    refuses = modern.listen(**{name: name != member for name in ALL}, resourceSubscriptions=watched)
    nothing = modern.listen(resourceSubscriptions=watched)
    change(modern, kind)
    assert [wants.next_method(), wants.next_method()] == [method, method]
    assert is_quiet(modern, wants, others, refuses, nothing)
    for subscription in (wants, others, refuses, nothing):
        subscription.close()


def test_an_update_is_told_to_those_who_named_the_resource(modern):
    one = modern.listen(resourceSubscriptions=["test://counter", "test://end"])
    two = modern.listen(resourceSubscriptions=["test://counter", "test://other", "test://end"])
    none = modern.listen(**ALL, resourceSubscriptions=["test://end"])
    touch(modern, "test://counter")
    touch(modern, "test://other")
    touch(modern, "test://unwatched")
    assert one.next()["params"]["uri"] == "test://counter"
    assert [two.next()["params"]["uri"] for _ in range(2)] == ["test://counter", "test://other"]
    assert is_quiet(modern, one, two, none)
    for subscription in (one, two, none):
        subscription.close()


def test_a_resource_named_twice_is_told_once(modern):
    subscription = modern.listen(resourceSubscriptions=["test://counter"] * 3 + ["test://end"])
    touch(modern, "test://counter")
    assert subscription.next()["params"]["uri"] == "test://counter"
    assert is_quiet(modern, subscription)
    subscription.close()


@pytest.mark.parametrize("request_id", IDS)
def test_every_notification_bears_the_id_in_its_own_type(modern, request_id):
    """The client compares type and value in each message."""
    begin = f"test://begin-{request_id}"
    subscription = modern.listen(request_id, **ALL, resourceSubscriptions=["test://counter", begin])
    # What an earlier test published may only reach this thread of the server now.
    touch(modern, begin)
    while subscription.next()["params"].get("uri") != begin:
        pass
    for kind in KINDS:
        change(modern, kind)
    touch(modern, "test://counter")
    seen = [subscription.next() for _ in range(7)]
    assert [note["method"] for note in seen] == [
        method for _, method in KINDS.values() for _ in range(2)] + [UPDATED]
    assert all(set(note["params"]) <= {"_meta", "uri"} for note in seen)
    subscription.close()


def test_one_client_has_many_streams(modern):
    streams = [modern.listen(**ALL) for _ in range(40)]
    same = [Modern.listen(modern, 7, resourceSubscriptions=["test://counter"]) for _ in range(3)]
    change(modern, "tool")
    touch(modern, "test://counter")
    for subscription in streams:
        assert [subscription.next_method() for _ in range(2)] == [KINDS["tool"][1]] * 2
        assert len(subscription.stream.events) == 3
    for subscription in same:
        assert subscription.next_method() == UPDATED
    for subscription in streams + same:
        subscription.close()


def test_progress_and_logs_of_calls_do_not_come_here(modern):
    subscription = modern.listen(**ALL, resourceSubscriptions=["test://end"])
    call = modern.start_tool("steps", progress_token=subscription.id, log_level="debug")
    call.result()
    assert len(call.notifications) == 3
    modern.start_tool("log_all_levels", log_level="debug").result()
    assert is_quiet(modern, subscription)
    subscription.close()


def test_sessions_and_subscriptions_hear_of_the_same_change(server, modern):
    session = Session.open(server)
    session.call("resources/subscribe", {"uri": "test://counter"})
    stream = session.open_stream()
    subscription = modern.listen(resourceSubscriptions=["test://counter"])
    touch(modern, "test://counter")
    legacy = stream.next_of(UPDATED)
    assert legacy["params"] == {"uri": "test://counter"}
    assert subscription.next_method() == UPDATED
    subscription.close()
    session.delete()


# -- limits and life ---------------------------------------------------------------------------------

def test_a_filter_has_a_limit(serve):
    modern = Modern(serve({"limits": {"max_subscriptions_per_session": 4}}))
    uris = [f"test://{n}" for n in range(5)]
    assert modern.listen(resourceSubscriptions=uris[:4]).honoured == {"resourceSubscriptions": uris[:4]}
    exchange = modern.start("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}})
    assert exchange.answer()["error"]["code"] == -32602
    assert exchange.status == 200


def test_a_silent_stream_gets_comments(serve):
    modern = Modern(serve({"streams": {"keep_alive_ms": 1000}}))
    subscription = modern.listen(**ALL)
    subscription.events().wait_comment()
    subscription.events().wait_comment()
    change(modern, "tool")
    assert subscription.next_method() == KINDS["tool"][1]


def test_streams_are_counted_and_gone_with_their_clients(serve):
    server = serve()
    modern = Modern(server)
    streams = [modern.listen(**ALL) for _ in range(10)]
    assert server.metric("troupe_streams") == 10
    for index, subscription in enumerate(streams):
        (subscription.close if index % 2 else subscription.exchange.connection.reset)()
    wait_until(lambda: server.metric("troupe_streams") == 0, "no stream is counted any more")
    wait_until(lambda: server.metric("troupe_connections") <= 2, "their connections are gone")
    change(modern, "tool")


def test_a_client_that_stops_sending_has_left(serve):
    server = serve()
    subscription = Modern(server).listen(**ALL)
    subscription.exchange.connection.half_close()
    wait_until(lambda: server.metric("troupe_streams") == 0, "the stream is gone")


@pytest.mark.parametrize("request_id", IDS)
def test_the_end_of_the_server_is_told_in_good_order(serve, request_id):
    """With the response to the request, which bears the id once more; then the stream ends."""
    server = serve()
    modern = Modern(server)
    subscriptions = [modern.listen(request_id, **ALL), modern.listen(request_id)]
    server.terminate()
    for subscription in subscriptions:
        message = subscription.next()
        result = message["result"]
        assert result["resultType"] == "complete"
        assert result["_meta"][SUBSCRIPTION_ID] == request_id
        assert type(message["id"]) is type(request_id) and message["id"] == request_id
        assert set(result) == {"resultType", "_meta"}
        assert subscription.next() is None
    code, seconds = server.wait_exit()
    assert code == 0 and seconds < 9


def test_a_slow_listener_is_cut_off_and_the_others_lose_nothing(serve):
    server = serve({"limits": {"max_output_bytes": 262_144}})
    modern = Modern(server)
    long = "test://" + "x" * 20_000
    fast = modern.listen(resourceSubscriptions=[long])
    slow = modern.listen(connection=server.connect(receive_buffer=2048), resourceSubscriptions=[long])

    def cut_off():
        for _ in range(20):
            touch(modern, long)
            assert fast.next_method() == UPDATED
        return server.metric("troupe_connections_closed_total", reason="slow_consumer") == 1

    wait_until(cut_off, "the slow one is cut off")
    wait_until(lambda: server.metric("troupe_streams") == 1, "its stream is not counted any more")
    slow.close()
