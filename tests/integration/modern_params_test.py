"""Arguments that a modern client repeats in Mcp-Param-* headers, because the tool's schema says so: they must be
there, be there once, and say the same. In a session nobody looks at them."""

import base64

import pytest
from mcp.modern import Modern, make_meta


def sentinel(text):
    return "=?base64?" + base64.b64encode(text.encode()).decode() + "?="


def call(connection, arguments, headers, tool="echo_header", **more):
    params = {"name": tool, "_meta": make_meta(), **more}
    if arguments is not None:
        params["arguments"] = arguments
    body = {"jsonrpc": "2.0", "id": "p", "method": "tools/call", "params": params}
    connection.request("POST", "/mcp", Modern.headers(body, {
        f"Mcp-Param-{name}": value for name, value in headers.items()}), body)
    response = connection.read_response()
    assert response.keeps_alive
    answer = response.json()
    assert answer["id"] == "p"
    return response.status, answer


def expect(server, works, arguments, headers, **more):
    with server.connect() as connection:
        status, answer = call(connection, arguments, headers, **more)
        if works:
            assert status == 200 and answer["result"]["resultType"] == "complete", answer
        else:
            assert (status, answer["error"]["code"]) == (400, -32020), answer
        assert call(connection, {}, {})[0] == 200


@pytest.mark.parametrize("arguments, headers", [
    (None, {}), ({}, {}), ({"text": "x"}, {}), ({"region": None}, {}),
    ({"region": "eu"}, {"Region": "eu"}), ({"region": "eu"}, {"REGION": "  eu\t"}),
    ({"region": "eu"}, {"region": sentinel("eu")}), ({"region": ""}, {"Region": ""}),
    ({"region": ""}, {"Region": sentinel("")}), ({"region": "Grüße 日本"}, {"Region": sentinel("Grüße 日本")}),
    ({"region": " x\n"}, {"Region": sentinel(" x\n")}), ({"region": "SGVsbG8="}, {"Region": "SGVsbG8="}),
    ({"region": "=?base64?eA==?="}, {"Region": sentinel("=?base64?eA==?=")}),
    ({"level": 7}, {"Level": "7"}), ({"level": -7}, {"Level": "-7"}), ({"level": 0}, {"Level": "0"}),
    ({"level": 7}, {"Level": sentinel("7")}), ({"level": 2**53 - 1}, {"Level": str(2**53 - 1)}),
    ({"level": 7.0}, {"Level": "7"}),
    ({"deep": {"urgent": True}}, {"Urgent": "true"}), ({"deep": {"urgent": False}}, {"Urgent": "false"}),
    ({"deep": {}}, {}), ({"deep": {"urgent": None}}, {}),
    ({"region": "eu", "level": 1, "deep": {"urgent": True}}, {"Region": "eu", "Level": "1", "Urgent": "true"}),
    # Nobody asked for these.
    ({}, {"Other": "x"}), ({"region": "eu"}, {"Region": "eu", "Text": "x"}),
])
def test_headers_that_say_the_same(server, arguments, headers):
    expect(server, True, arguments, headers)


@pytest.mark.parametrize("arguments, headers", [
    ({"region": "eu"}, {}), ({"region": ""}, {}), ({"level": 0}, {}), ({"deep": {"urgent": False}}, {}),
    ({}, {"Region": "eu"}), (None, {"Region": ""}), ({"region": None}, {"Region": "null"}),
    ({"region": "eu"}, {"Region": "us"}), ({"region": "eu"}, {"Region": "EU"}),
    ({"region": "eu"}, {"Region": '"eu"'}), ({"region": "eu"}, {"Region": "eu, eu"}),
    ({"region": "Hello"}, {"Region": "=?base64?SGVsbG8?="}),
    ({"region": "Hello"}, {"Region": "=?base64?SGVs!!!bG8=?="}),
    ({"region": "Hello"}, {"Region": "=?base64?SGVsbG9=?="}),
    ({"region": "Hello"}, {"Region": "=?BASE64?SGVsbG8=?="}), ({"region": "Hello"}, {"Region": "SGVsbG8="}),
    ({"level": 7}, {"Level": "8"}), ({"level": 7}, {"Level": "seven"}), ({"level": 7}, {"Level": ""}),
    ({"level": 7}, {"Level": "7 7"}),
    ({"deep": {"urgent": True}}, {"Urgent": "false"}), ({"deep": {"urgent": True}}, {"Urgent": "True"}),
    ({"deep": {"urgent": True}}, {"Urgent": "1"}),
    ({"region": "eu", "level": 1}, {"Region": "eu"}),
])
def test_headers_that_do_not(server, arguments, headers):
    expect(server, False, arguments, headers)


def test_a_header_that_is_there_twice_is_refused(server):
    for values in (["eu", "eu"], ["eu", "us"]):
        with server.connect() as connection:
            params = {"name": "echo_header", "arguments": {"region": "eu"}, "_meta": make_meta()}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            connection.request("POST", "/mcp", Modern.headers(body, {"Mcp-Param-Region": values}), body)
            response = connection.read_response()
            assert (response.status, response.json()["error"]["code"]) == (400, -32020)
            assert "id" not in response.json()


@pytest.mark.parametrize("tool", ["echo_arguments", "echo_inline"])
def test_tools_without_annotations_do_not_look(server, tool):
    expect(server, True, {"region": "eu"}, {"Region": "us"}, tool=tool)


def test_the_header_comes_before_the_state(server):
    """Rows 9 and 10 of the ladder: nothing of the body is believed before the headers agree with it."""
    expect(server, False, {"region": "eu"}, {}, requestState="made up")


def test_sessions_do_not_look(server, session):
    with server.connect() as connection:
        call = session.start_tool("echo_header", {"region": "eu"}, headers={"Mcp-Param-Region": "us"},
                                  connection=connection)
        assert call.text() == '{"region":"eu"}'


def test_the_annotation_is_listed(modern):
    tool = next(tool for tool in modern.call("tools/list")["tools"] if tool["name"] == "echo_header")
    assert tool["inputSchema"]["properties"]["region"]["x-mcp-header"] == "Region"
