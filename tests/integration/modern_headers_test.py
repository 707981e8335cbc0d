"""The headers that repeat what a modern request's body says: their spelling, white space, Base64 form,
and what happens when they are there twice, broken or without need."""

import base64
import json

import pytest
from mcp.modern import Modern, encode_value, make_meta
from mcp.modern_schema import MODERN

TOOL = "echo_arguments"


def sentinel(text):
    return "=?base64?" + base64.b64encode(text.encode()).decode() + "?="


def call(connection, name=TOOL, method="tools/call", member="name", **headers):
    """Calls by `name` with these headers laid over the right ones; returns (status, answer)."""
    params = {member: name, "_meta": make_meta()}
    body = {"jsonrpc": "2.0", "id": 5, "method": method, "params": params}
    fields = Modern.headers(body, {key.replace("_", "-"): value for key, value in headers.items()})
    connection.request("POST", "/mcp", fields, body)
    response = connection.read_response()
    assert response.keeps_alive
    return response.status, response.json()


def expect(connection, code, status=None, **what):
    got, answer = call(connection, **what)
    if code is None:
        assert (got, answer.get("error")) == (200, None), answer
        assert answer["result"]["resultType"] == "complete"
    else:
        assert (got, answer["error"]["code"]) == (status or 400, code), answer
    assert answer["id"] == 5


@pytest.mark.parametrize("sent, right", [
    (TOOL, True), ("  " + TOOL + " \t ", True), (sentinel(TOOL), True),
    (" " + sentinel(TOOL) + "\t", True),
    ("ECHO_ARGUMENTS", False), (TOOL + "x", False), (TOOL[:-1], False), ("", False), (None, False),
    (f'"{TOOL}"', False), (TOOL + ", " + TOOL, False), ("echo%5Farguments", False),
    (sentinel(TOOL + "x"), False), (sentinel(" " + TOOL), False), (sentinel(""), False),
    # The marks are case-sensitive and there at both ends, else the value is what it says.
    (sentinel(TOOL).replace("base64", "BASE64"), False), (sentinel(TOOL)[:-2], False),
    (sentinel(TOOL)[2:], False), (base64.b64encode(TOOL.encode()).decode(), False),
])
def test_mcp_name_of_a_tool(server, sent, right):
    with server.connect() as connection:
        expect(connection, None if right else -32020, Mcp_Name=sent)
        expect(connection, None)


@pytest.mark.parametrize("inside", [
    "SGVsbG8", "SGVs!!!bG8=", "SGVsbG8==", "SGVsbG8= ", " SGVsbG8=", "SGVsbG9=", "SGVs_G8=", "S",
    "SGVsbG8=SGVsbG8=", "=", "/w==", "SGVs\tbG8=",
])
def test_base64_is_canonical_or_refused(server, inside):
    """Also when a lenient reader would find the very name in it, or none that is text."""
    with server.connect() as connection:
        expect(connection, -32020, name="Hello", Mcp_Name=f"=?base64?{inside}?=")
        expect(connection, -32602, 200, name="Hello", Mcp_Name="=?base64?SGVsbG8=?=")


@pytest.mark.parametrize("literal", ["SGVsbG8=", "=?base64?SGVsbG8=", "SGVsbG8=?=", "=?BASE64?SGVsbG8=?=",
                                     "=?base64?=", "?base64?SGVsbG8=?"])
def test_what_lacks_a_mark_is_a_literal(server, literal):
    """The name of no tool, but the header says the same as the body."""
    with server.connect() as connection:
        expect(connection, -32602, 200, name=literal, Mcp_Name=literal)
        expect(connection, -32020, name="Hello", Mcp_Name=literal)


@pytest.mark.parametrize("name", ["Grüße", "日本語", "a\nb", " padded ", "", "=?base64?eA==?=", "\x7f", "a\tb"])
def test_any_name_can_be_sent(server, name):
    with server.connect() as connection:
        expect(connection, -32602, 200, name=name, Mcp_Name=sentinel(name))
        expect(connection, -32020, name=name + "x", Mcp_Name=sentinel(name))


@pytest.mark.parametrize("method, member, name", [
    ("tools/call", "name", TOOL), ("prompts/get", "name", "plain"), ("resources/read", "uri", "test://counter")])
def test_the_methods_that_have_a_name(server, method, member, name):
    with server.connect() as connection:
        expect(connection, None, method=method, member=member, name=name)
        expect(connection, -32020, method=method, member=member, name=name, Mcp_Name=None)
        expect(connection, -32020, method=method, member=member, name=name, Mcp_Name="another")


@pytest.mark.parametrize("method", ["tools/list", "server/discover", "prompts/list", "resources/list",
                                    "resources/templates/list"])
def test_other_methods_need_no_name_and_do_not_look_at_one(server, method):
    with server.connect() as connection:
        for name in (None, "whatever", "=?base64?!?="):
            expect(connection, None, method=method, Mcp_Name=name)


@pytest.mark.parametrize("method", ["TOOLS/CALL", "Tools/Call", "tools/list", "", None, "tools/call,tools/call",
                                    '"tools/call"', "tools%2Fcall"])
def test_mcp_method_says_the_same(server, method):
    with server.connect() as connection:
        expect(connection, -32020, Mcp_Method=method)
        expect(connection, None)


def test_white_space_around_values_is_no_part_of_them(server):
    with server.connect() as connection:
        expect(connection, None, Mcp_Method=" \ttools/call\t ", MCP_Protocol_Version=f"  {MODERN} ")


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title, str.swapcase])
def test_names_of_headers_are_written_in_any_case(server, spelling):
    body = {"jsonrpc": "2.0", "id": 5, "method": "tools/call",
            "params": {"name": TOOL, "_meta": make_meta()}}
    fields = {spelling(name): value for name, value in Modern.headers(body).items()}
    with server.connect() as connection:
        connection.request("POST", "/mcp", fields, body)
        assert connection.read_response().status == 200


@pytest.mark.parametrize("header", ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"])
@pytest.mark.parametrize("how", ["alike", "other first", "other last", "other case"])
def test_a_header_that_is_there_twice_is_refused(server, header, how):
    """Whoever stands before us may have read the other one."""
    body = {"jsonrpc": "2.0", "id": 5, "method": "tools/call",
            "params": {"name": TOOL, "_meta": make_meta()}}
    fields = Modern.headers(body)
    good = fields[header]
    if how == "other case":
        fields[header.swapcase() + " "[1:]] = good
        lines = [f"{name}: {value}" for name, value in fields.items()] + [f"{header}: {good}"]
    else:
        values = {"alike": [good, good], "other first": ["x", good], "other last": [good, "x"]}[how]
        lines = [f"{name}: {value}" for name, value in fields.items() if name != header]
        lines += [f"{header}: {value}" for value in values]
    raw = json.dumps(body).encode()
    head = "\r\n".join(["POST /mcp HTTP/1.1", "Host: localhost", f"Content-Length: {len(raw)}", *lines])
    with server.connect() as connection:
        connection.send(head.encode() + b"\r\n\r\n" + raw)
        response = connection.read_response()
        assert response.status == 400, response
        answer = response.json()
        assert answer["error"]["code"] in (-32020, -32600), answer
        assert answer.get("id", 5) == 5


@pytest.mark.parametrize("value", [b"echo\xffarguments", b"Gr\xc3\xbc\xc3\x9fe", b"a\x7fb", b"a\x01b"])
def test_bytes_that_are_not_ascii_are_refused(server, value):
    body = json.dumps({"jsonrpc": "2.0", "id": 5, "method": "tools/call",
                       "params": {"name": "Grüße", "_meta": make_meta()}}).encode()
    head = (f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\nMcp-Name: ").encode()
    with server.connect() as connection:
        connection.send(head + value + b"\r\n\r\n" + body)
        response = connection.read_response()
        assert response.status == 400, response


@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
def test_line_ends_inside_a_value_are_refused(server, end):
    body = b"{}"
    head = f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Name: a{end}b\r\nContent-Length: 2\r\n\r\n"
    with server.connect() as connection:
        connection.send(head.encode() + body)
        assert connection.read_response().status == 400


def test_the_client_of_these_tests_encodes_as_the_specification_says():
    assert encode_value("plain text") == "plain text"
    assert encode_value(" x") == "=?base64?IHg=?="
    assert encode_value("=?base64?eA==?=") == "=?base64?PT9iYXNlNjQ/ZUE9PT89?="
    assert encode_value("日本") == "=?base64?5pel5pys?="
