"""Lists so long that answers share their bytes: whole over every transport, and in the order they were asked for."""

import json

import pytest
from channel_fixtures import TRANSPORTS, Transports
from mcp.modern import make_meta
from mcp.modern_schema import MODERN
from mcp.schema import LEGACY
from mcp.session import Session

COUNT = 500
SHARED = 16 * 1024  # from this size on
CELLS = [(transport, revision) for transport in TRANSPORTS for revision in (*LEGACY, MODERN)
         if (transport, revision) != ("sse", MODERN)]


@pytest.fixture(scope="module")
def transports(test_binary, tmp_path_factory):
    every = Transports(test_binary, tmp_path_factory.mktemp("transports"))
    for transport in ("http", "unix"):
        add_tools(every.open_session(transport, "2025-11-25"))
    yield every
    every.stop()


def name_of(number):
    return f"one-of-many-tools-{number:03}"


def add_tools(channel):
    for number in range(COUNT):
        arguments = {"kind": "tool", "name": name_of(number)}
        channel.request("tools/call", {"name": "add", "arguments": arguments})


def check(tools, expected=COUNT):
    assert len(json.dumps(tools)) > SHARED
    names = [tool["name"] for tool in tools]
    assert len(names) == len(set(names))
    assert [name for name in names if name.startswith("one-of-many")] == [name_of(i) for i in range(expected)]


@pytest.mark.parametrize("transport,revision", CELLS)
def test_a_long_list_comes_whole(transports, transport, revision):
    modern = revision == MODERN
    channel = transports.open(transport) if modern else transports.open_session(transport, revision)
    params = {"_meta": make_meta()} if modern else {}
    if transport == "stdio":  # a server of its own
        for number in range(COUNT):
            call = {"name": "add", "arguments": {"kind": "tool", "name": name_of(number)}}
            channel.request("tools/call", {**call, **params})
    for _ in range(3):
        check(channel.request("tools/list", params)[1]["result"]["tools"])
    channel.close()


def test_answers_on_one_connection_keep_their_order(transports):
    session = Session.open(transports.tcp)
    asked = [session.message(method) for method in ("tools/list", "ping", "tools/list", "tools/list", "ping")]
    connection = session.connect()
    for message in asked:
        connection.request("POST", session.path, session.headers(), json.dumps(message).encode())
    for message in asked:
        status, headers = connection.read_head()
        answer = json.loads(connection.read_body(status, headers))
        assert answer["id"] == message["id"]
        if message["method"] == "tools/list":
            check(answer["result"]["tools"])
    connection.close()
    session.delete()


def test_a_client_that_takes_only_a_stream_gets_the_list_as_an_event(transports):
    session = Session.open(transports.tcp)
    exchange = session.start("tools/list", headers={"Accept": "text/event-stream"})
    check(exchange.result()["tools"])
    assert exchange.is_stream
    session.delete()


def test_a_batch_holds_several(transports):
    session = Session.open(transports.tcp, "2025-03-26")
    batch = [session.message("tools/list"), session.message("ping"), session.message("tools/list")]
    found = {one["id"]: one["result"] for one in session.post(batch).next()}
    for message in batch[::2]:
        check(found[message["id"]]["tools"])
    assert found[batch[1]["id"]] == {}
    session.delete()


def test_a_slow_reader_gets_the_list_of_when_it_asked(transports):
    session, other = Session.open(transports.tcp), Session.open(transports.tcp)
    connection = session.connect()
    asked = [session.message("tools/list") for _ in range(100)]
    for message in asked[:50]:
        connection.request("POST", session.path, session.headers(), json.dumps(message).encode())
    # It has read nothing yet; the page that its answers share is another one from now on.
    other.tool("add", kind="tool", name=name_of(COUNT))
    for message in asked[50:]:
        connection.request("POST", session.path, session.headers(), json.dumps(message).encode())
    lengths = []
    for message in asked:
        status, headers = connection.read_head()
        answer = json.loads(connection.read_body(status, headers))
        assert answer["id"] == message["id"]
        lengths.append(sum(tool["name"].startswith("one-of-many") for tool in answer["result"]["tools"]))
        check(answer["result"]["tools"], lengths[-1])
    assert lengths == sorted(lengths) and lengths[-1] == COUNT + 1
    other.tool("remove", kind="tool", name=name_of(COUNT))
    connection.close()
    session.delete(), other.delete()
