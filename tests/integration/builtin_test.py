"""What the product serves without any code: echo, server_status, a clock."""

import json

import pytest
from mcp.caller import RpcError
from mcp.session import Session


@pytest.fixture(scope="module")
def product_server(product, tmp_path_factory):
    from mcp.server import Server

    server = Server(product, tmp_path_factory.mktemp("server"),
                    {"builtin": {"clock_interval_ms": 100}})
    yield server.start()
    server.stop()


@pytest.fixture
def client(product_server):
    session = Session.open(product_server)
    yield session
    session.delete()


def test_echo(client):
    for message in ("hello", "", "\u00fc\u20ac\U0001f3ad", "a\r\nb", "x" * 100_000):
        assert client.tool_text("echo", message=message) == message


@pytest.mark.parametrize("arguments", [{}, {"message": 7}, {"text": "x"}])
def test_echo_wants_a_message(client, arguments):
    try:
        result = client.tool("echo", **arguments)
    except RpcError as refused:
        assert refused.code == -32602
    else:
        assert result["isError"] and "message" in result["content"][0]["text"]


def test_server_status(client):
    result = client.tool("server_status")
    status = result.get("structuredContent") or json.loads(result["content"][0]["text"])
    assert status["sessions"] >= 1
    assert "version" in json.dumps(status)


def test_the_clock_ticks_for_subscribers(client):
    listed = [one["uri"] for one in client.call("resources/list")["resources"]]
    assert "troupe://clock" in listed
    stream = client.open_stream()
    before = client.call("resources/read", {"uri": "troupe://clock"})["contents"][0]["text"]
    client.call("resources/subscribe", {"uri": "troupe://clock"})
    for _ in range(3):
        told = stream.next_of("notifications/resources/updated")
        assert told["params"] == {"uri": "troupe://clock"}
    assert client.call("resources/read", {"uri": "troupe://clock"})["contents"][0]["text"] >= before


def test_every_tool_describes_itself(client):
    for tool in client.call("tools/list")["tools"]:
        assert tool["description"] and tool["inputSchema"]["type"] == "object"


def test_builtins_can_be_switched_off(product, serve):
    server = serve({"builtin": {"enabled": False}}, binary=product)
    session = Session.open(server)
    assert session.call("tools/list")["tools"] == []
    with pytest.raises(RpcError) as refused:
        session.tool("echo", message="x")
    assert refused.value.code == -32602
