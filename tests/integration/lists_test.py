"""Lists in pages, and clients that are told when lists or resources change."""

import pytest
from mcp.caller import RpcError
from mcp.schema import LEGACY
from mcp.session import Session

LISTS = {"tools/list": "tools", "resources/list": "resources", "prompts/list": "prompts",
         "resources/templates/list": "resourceTemplates"}


@pytest.fixture(scope="module")
def paged(test_binary, tmp_path_factory):
    from mcp.server import Server

    server = Server(test_binary, tmp_path_factory.mktemp("server"), {"limits": {"page_size": 3}})
    yield server.start()
    server.stop()


def pages(session, method):
    found, cursor = [], None
    while True:
        result = session.call(method, {"cursor": cursor} if cursor else None)
        found.append(result[LISTS[method]])
        cursor = result.get("nextCursor")
        if cursor is None:
            return found


@pytest.mark.parametrize("method", LISTS)
@pytest.mark.parametrize("revision", LEGACY)
def test_pages_give_every_item_once_and_in_order(paged, server, method, revision):
    in_pages, whole = Session.open(paged, revision), Session.open(server, revision)
    found = pages(in_pages, method)
    assert all(len(page) == 3 for page in found[:-1]) and 0 < len(found[-1]) <= 3
    assert [item for page in found for item in page] == whole.call(method)[LISTS[method]]
    in_pages.delete(), whole.delete()


def test_items_that_come_and_go_between_two_pages_disturb_nobody(paged):
    session = Session.open(paged)
    first = session.call("tools/list")
    session.tool("add", kind="tool", name="zz-added")
    session.tool("remove", kind="tool", name=first["tools"][1]["name"])
    rest, cursor = [], first["nextCursor"]
    while cursor:
        page = session.call("tools/list", {"cursor": cursor})
        rest += page["tools"]
        cursor = page.get("nextCursor")
    names = [tool["name"] for tool in first["tools"] + rest]
    assert len(names) == len(set(names))
    assert names[-1] == "zz-added"
    session.delete()


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "MQ==", "1", "-1", "0" * 64, "\u00fc", 7, None, {}])
def test_a_bad_cursor_is_invalid_params(paged, cursor):
    session = Session.open(paged)
    for method in LISTS:
        with pytest.raises(RpcError) as refused:
            session.call(method, {"cursor": cursor})
        assert refused.value.code == -32602
    session.delete()


def test_a_cursor_of_another_server_is_refused(paged, test_binary, tmp_path):
    from mcp.server import Server

    other = Server(test_binary, tmp_path, {"limits": {"page_size": 3}})
    foreign = Session.open(other.start()).call("tools/list")["nextCursor"]
    other.stop()
    session = Session.open(paged)
    with pytest.raises(RpcError) as refused:
        session.call("tools/list", {"cursor": foreign})
    assert refused.value.code == -32602
    session.delete()


def test_a_cursor_belongs_to_its_list_and_cannot_be_changed(paged):
    session = Session.open(paged)
    cursor = session.call("tools/list")["nextCursor"]
    assert session.call("tools/list", {"cursor": cursor})["tools"]
    for index in range(len(cursor)):
        changed = cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]
        with pytest.raises(RpcError):
            session.call("tools/list", {"cursor": changed})
    for bad in (cursor + "A", cursor[:-1], cursor + "=", " " + cursor):
        with pytest.raises(RpcError):
            session.call("tools/list", {"cursor": bad})
    with pytest.raises(RpcError) as refused:
        session.call("prompts/list", {"cursor": cursor})
    assert refused.value.code == -32602
    session.delete()


# -- changes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", LEGACY)
@pytest.mark.parametrize("kind", ["tool", "prompt", "resource"])
def test_clients_are_told_that_a_list_has_changed(server, revision, kind):
    method = f"{kind}s/list"
    session, changer = Session.open(server, revision), Session.open(server)
    stream = session.open_stream()
    name = "test://added" if kind == "resource" else "added"
    for action, there in (("add", True), ("remove", False)):
        assert changer.tool_text(action, kind=kind, name=name) in ("added", "removed")
        assert stream.next_of(f"notifications/{kind}s/list_changed")
        entries = session.call(method)[f"{kind}s"]
        assert any(name in (one["name"], one.get("uri")) for one in entries) == there
    session.delete(), changer.delete()


def test_an_added_handler_answers_and_a_removed_one_does_not(session):
    session.tool("add", kind="tool", name="newcomer")
    assert session.tool_text("newcomer") == "nothing"
    session.tool("remove", kind="tool", name="newcomer")
    with pytest.raises(RpcError) as refused:
        session.tool("newcomer")
    assert refused.value.code == -32602
    session.tool("add", kind="resource", name="test://newcomer")
    assert session.call("resources/read", {"uri": "test://newcomer"})["contents"][0]["text"] == "added"
    session.tool("remove", kind="resource", name="test://newcomer")


def test_a_bad_description_is_refused_as_a_whole(session):
    assert session.tool_text("add", kind="tool", name="no spaces allowed") == "refused"
    assert session.tool_text("add", kind="tool", name="") == "refused"


# -- subscriptions --------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", LEGACY)
def test_subscribers_are_told_and_others_are_not(server, revision):
    one, two, none = (Session.open(server, revision) for _ in range(3))
    streams = [session.open_stream() for session in (one, two, none)]
    one.call("resources/subscribe", {"uri": "test://counter"})
    two.call("resources/subscribe", {"uri": "test://other"})
    for uri in ("test://other", "test://counter", "test://items/7", "test://other"):
        none.tool("touch", uri=uri)
    told = streams[0].next_of("notifications/resources/updated")
    assert told["params"] == {"uri": "test://counter"}
    for _ in range(2):
        told = streams[1].next_of("notifications/resources/updated")
        assert told["params"] == {"uri": "test://other"}
    one.call("resources/unsubscribe", {"uri": "test://counter"})
    one.call("resources/unsubscribe", {"uri": "test://counter"})
    none.tool("touch", uri="test://counter")
    for session in (one, two, none):
        session.delete()
    for stream in streams:
        assert stream.next() is None


def test_a_resource_of_a_template_can_be_subscribed_to(session):
    stream = session.open_stream()
    session.call("resources/subscribe", {"uri": "test://items/42"})
    session.tool("touch", uri="test://items/41")
    session.tool("touch", uri="test://items/42")
    assert stream.next_of("notifications/resources/updated")["params"] == {"uri": "test://items/42"}
    session.call("resources/unsubscribe", {"uri": "test://items/42"})


def test_subscriptions_end_with_their_session(server):
    for _ in range(20):
        session = Session.open(server)
        session.call("resources/subscribe", {"uri": "test://counter"})
        session.delete()
    session = Session.open(server)
    assert session.tool_text("touch", uri="test://counter") == "touched"
    session.delete()


def test_many_subscribers_on_all_threads_get_every_event(server):
    sessions = [Session.open(server) for _ in range(30)]
    streams = [session.open_stream() for session in sessions]
    for session in sessions:
        session.call("resources/subscribe", {"uri": "test://counter"})
    for _ in range(20):
        sessions[0].tool("touch", uri="test://counter")
    for stream in streams:
        for _ in range(20):
            stream.next_of("notifications/resources/updated")
    for session in sessions:
        session.delete()
    for stream in streams:
        assert stream.next() is None
