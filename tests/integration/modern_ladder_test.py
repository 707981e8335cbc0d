"""The checks that a modern request passes before anybody looks for a handler: each one alone, and for
every two of them which comes first. Errors bear the request's id, or none; never `id: null`. The
connection stays usable after each."""

import itertools
import json

import pytest
from drafts import Draft, send, works
from mcp.modern import Modern, make_meta
from mcp.modern_schema import META, MODERN

REMOVED = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
           "tasks/result", "tasks/list", "roots/list", "sampling/createMessage", "elicitation/create",
           "unknown/method", "TOOLS/LIST", "", "tools/list "]


# -- the rows, in their order ------------------------------------------------------------------------

def forbidden_host(draft):
    draft.headers["Host"] = "evil.example.com"


def wrong_media_type(draft):
    draft.headers["Content-Type"] = "text/plain"


def not_a_request(draft):
    draft.body["jsonrpc"] = "1.0"


def without_meta(draft):
    del draft.body["params"]["_meta"]


def other_header_version(draft):
    draft.headers["MCP-Protocol-Version"] = "2025-11-25"


def other_header_method(draft):
    draft.headers["Mcp-Method"] = "tools/list"


def unsupported_version(draft):
    draft.meta[META + "protocolVersion"] = "v999.0.0"
    if draft.headers.get("MCP-Protocol-Version") == MODERN:
        draft.headers["MCP-Protocol-Version"] = "v999.0.0"


def other_header_name(draft):
    draft.headers["Mcp-Name"] = "echo_inline"


def unknown_tool(draft):
    draft.body["params"]["name"] = draft.headers["Mcp-Name"] = "no such tool"


def missing_capability(draft):
    draft.body["params"]["name"] = draft.headers["Mcp-Name"] = "ask"


ROWS = [
    (forbidden_host, 403, -32600),
    (wrong_media_type, 415, -32600),
    (not_a_request, 400, -32600),
    (without_meta, 400, -32602),
    (other_header_version, 400, -32020),
    (other_header_method, 400, -32020),
    (unsupported_version, 400, -32022),
    (other_header_name, 400, -32020),
    (unknown_tool, 200, -32602),
    (missing_capability, 400, -32021),
]
# These say the same of a header, so that their order cannot be seen, or undo each other, or make
# the request one of a session.
APART = {(without_meta, other_header_version), (unknown_tool, missing_capability), (other_header_name, unknown_tool),
         (other_header_name, missing_capability), (without_meta, unsupported_version)}


@pytest.mark.parametrize("fault, status, code", ROWS)
def test_each_fault_alone(server, fault, status, code):
    draft = Draft()
    fault(draft)
    with server.connect() as connection:
        got, answer = send(connection, draft.body, draft.headers)
        assert (got, answer["error"]["code"]) == (status, code), answer
        if fault not in (forbidden_host, wrong_media_type):
            assert answer["id"] == "draft"
        works(connection)


@pytest.mark.parametrize("first, second", [
    pair for pair in itertools.combinations(range(len(ROWS)), 2)
    if (ROWS[pair[0]][0], ROWS[pair[1]][0]) not in APART])
def test_of_two_faults_the_earlier_decides(server, first, second):
    draft = Draft()
    for index in (second, first):
        ROWS[index][0](draft)
    with server.connect() as connection:
        got, answer = send(connection, draft.body, draft.headers)
        assert (got, answer["error"]["code"]) == ROWS[first][1:], (answer, draft.body, draft.headers)
        works(connection)


# -- 2: what is not a request --------------------------------------------------------------------------

CLAIM = {"_meta": make_meta()}


@pytest.mark.parametrize("body, code, request_id", [
    (b'{"jsonrpc":"2.0","id":1,"method":', -32700, "none"),
    (b"", -32700, "none"),
    (b"\xff\xfe", -32700, "none"),
    (b'"text"', -32600, "none"),
    (b"17", -32600, "none"),
    (b"null", -32600, "none"),
    (b"[]", -32600, "none"),
    ([{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": CLAIM}], -32600, "none"),
    ([{"jsonrpc": "2.0", "id": 1, "method": "ping"},
      {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": CLAIM}], -32600, "none"),
    ({"jsonrpc": "2.0", "id": 1, "result": {}}, -32600, "none"),
    ({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no"}}, -32600, "none"),
    ({"jsonrpc": "2.0", "id": None, "method": "tools/list", "params": CLAIM}, -32600, "none"),
    ({"jsonrpc": "2.0", "id": 1.5, "method": "tools/list", "params": CLAIM}, -32600, "none"),
    ({"jsonrpc": "2.0", "id": True, "method": "tools/list", "params": CLAIM}, -32600, "none"),
    ({"jsonrpc": "2.0", "id": {}, "method": "tools/list", "params": CLAIM}, -32600, "none"),
    ({"id": 1, "method": "tools/list", "params": CLAIM}, -32600, 1),
    ({"jsonrpc": "2.0", "id": 1, "method": 7, "params": CLAIM}, -32600, 1),
    ({"jsonrpc": "2.0", "id": 1, "params": CLAIM}, -32600, 1),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": [1]}, -32600, 1),
])
def test_what_is_no_request_is_refused(server, body, code, request_id):
    headers = {**Modern.headers({"method": "tools/list"})}
    with server.connect() as connection:
        status, answer = send(connection, body, headers)
        assert (status, answer["error"]["code"]) == (400, code), answer
        assert answer.get("id", "none") == request_id, answer
        works(connection)


@pytest.mark.parametrize("more", [{}, {"MCP-Protocol-Version": None}, {"Mcp-Method": None}])
def test_notifications_are_accepted_and_nothing_else_happens(server, more):
    body = {"jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": {"requestId": 1, "_meta": make_meta()}}
    with server.connect() as connection:
        assert send(connection, body, Modern.headers(body, more)) == (202, None)
        body["method"] = "notifications/unknown"
        assert send(connection, body, Modern.headers(body, more)) == (202, None)
        works(connection)


@pytest.mark.parametrize("content_type, status", [
    ("application/json", 200), ("Application/JSON; charset=utf-8", 200), ("text/plain", 415),
    ("application/json-patch+json", 415), (None, 415),
])
def test_the_media_type(server, content_type, status):
    draft = Draft()
    draft.headers["Content-Type"] = content_type
    with server.connect() as connection:
        got, answer = send(connection, draft.body, draft.headers)
        assert got == status
        works(connection)


# -- 3: _meta ------------------------------------------------------------------------------------------

VERSION, CAPABILITIES, CLIENT_INFO = (META + name for name in (
    "protocolVersion", "clientCapabilities", "clientInfo"))


@pytest.mark.parametrize("meta", [
    {}, None, 7, "text", [],
    {CAPABILITIES: {}}, {VERSION: MODERN},
    {VERSION: None, CAPABILITIES: {}}, {VERSION: 7, CAPABILITIES: {}},
    {VERSION: MODERN, CAPABILITIES: None}, {VERSION: MODERN, CAPABILITIES: []},
    {VERSION: MODERN, CAPABILITIES: "all"},
    {VERSION: MODERN, CAPABILITIES: {}, META + "logLevel": "loud"},
])
@pytest.mark.parametrize("method", ["tools/list", "server/discover", "ping"])
def test_meta_must_say_revision_and_capabilities(server, meta, method):
    body = {"jsonrpc": "2.0", "id": 3, "method": method, "params": {"_meta": meta}}
    with server.connect() as connection:
        status, answer = send(connection, body, Modern.headers(body))
        assert (status, answer["error"]["code"], answer["id"]) == (400, -32602, 3), answer
        works(connection)


def test_params_must_be_there(server):
    with server.connect() as connection:
        body = {"jsonrpc": "2.0", "id": 3, "method": "tools/list"}
        status, answer = send(connection, body, Modern.headers(body))
        assert (status, answer["error"]["code"], answer["id"]) == (400, -32602, 3)


def test_who_the_client_is_need_not_be_said(server, modern):
    for info in (None, {"name": "x"}, {"name": "x", "version": "1", "websiteUrl": "https://x.example"}):
        assert modern.call("tools/list", client=info)["tools"]


# -- 4, 5: headers and revision ------------------------------------------------------------------------

@pytest.mark.parametrize("header, claim, code", [
    (MODERN, "v999.0.0", -32020), ("v999.0.0", MODERN, -32020), ("2025-11-25", MODERN, -32020),
    (MODERN, "2025-11-25", -32020), ("", MODERN, -32020), ("2026-07-28 x", MODERN, -32020),
    ("v999.0.0", "v999.0.0", -32022), ("2025-11-25", "2025-11-25", -32022), ("x", "x", -32022),
    (None, "v999.0.0", -32022), (None, MODERN, -32020),
])
@pytest.mark.parametrize("method", ["tools/list", "server/discover", "no/method"])
def test_header_and_claim_of_the_revision(server, header, claim, code, method):
    body = {"jsonrpc": "2.0", "id": 2**53 + 1, "method": method,
            "params": {"_meta": make_meta(version=claim)}}
    with server.connect() as connection:
        status, answer = send(connection, body, Modern.headers(body, {"MCP-Protocol-Version": header}))
        assert (status, answer["error"]["code"], answer["id"]) == (400, code, 2**53 + 1), answer
        if code == -32022:
            assert answer["error"]["data"] == {"supported": [MODERN], "requested": claim}
        works(connection)


def test_the_revisions_of_an_error_are_those_of_discovery(modern):
    assert modern.call("server/discover")["supportedVersions"] == [MODERN]


# -- 7: methods ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("method", REMOVED)
def test_methods_of_other_revisions_are_not_found(server, method):
    if method == "tools/list ":
        return  # its header cannot be sent
    body = {"jsonrpc": "2.0", "id": 0, "method": method, "params": {"_meta": make_meta()}}
    with server.connect() as connection:
        status, answer = send(connection, body, Modern.headers(body))
        assert (status, answer["error"]["code"], answer["id"]) == (404, -32601, 0), answer
        works(connection)


@pytest.mark.parametrize("method", ["tasks/result", "tasks/list"])
def test_a_removed_method_needs_no_name(server, method):
    body = {"jsonrpc": "2.0", "id": 0, "method": method,
            "params": {"taskId": "x", "_meta": make_meta()}}
    with server.connect() as connection:
        assert send(connection, body, Modern.headers(body, {"Mcp-Name": None}))[0] == 404


# -- 8 to 10: what handlers and their lookup say ---------------------------------------------------------

@pytest.mark.parametrize("method, params, data", [
    ("tools/call", {"name": "no such tool"}, None),
    ("tools/call", {"name": "echo_arguments", "arguments": []}, None),
    ("prompts/get", {"name": "no such prompt"}, None),
    ("prompts/get", {"name": "greet"}, None),
    ("resources/read", {"uri": "test://nothing"}, {"uri": "test://nothing"}),
    ("completion/complete", {"ref": {"type": "ref/prompt", "name": "none"},
                             "argument": {"name": "a", "value": ""}}, None),
    ("completion/complete", {}, None),
    ("tools/list", {"cursor": "made up"}, None),
    ("tools/list", {"cursor": 7}, None),
    ("tools/call", {"name": "refuse_arguments"}, {"why": "a test"}),
    ("subscriptions/listen", {}, None),
    ("subscriptions/listen", {"notifications": []}, None),
    ("subscriptions/listen", {"notifications": {"toolsListChanged": "yes"}}, None),
    ("subscriptions/listen", {"notifications": {"resourceSubscriptions": [7]}}, None),
])
def test_wrong_parameters_are_errors_with_status_200(modern, method, params, data):
    exchange = modern.start(method, params)
    answer = exchange.answer()
    assert (exchange.status, answer["error"]["code"]) == (200, -32602), answer
    if data is not None:
        assert answer["error"]["data"] == data


@pytest.mark.parametrize("method, member", [
    ("tools/call", "name"), ("prompts/get", "name"), ("resources/read", "uri")])
def test_a_body_without_the_name_is_wrong_whatever_the_header_says(modern, method, member):
    exchange = modern.start(method, headers={"Mcp-Name": "anything"})
    answer = exchange.answer()
    assert answer["error"]["code"] in (-32602, -32020), answer
    assert exchange.status in (200, 400)


@pytest.mark.parametrize("what, required", [
    ("form", {"elicitation": {}}), ("url", {"elicitation": {"url": {}}}),
    ("sampling", {"sampling": {}}), ("roots", {"roots": {}})])
def test_a_capability_that_is_needed_and_not_declared(modern, what, required):
    exchange = modern.start_tool("ask", {"what": what})
    error = exchange.answer()["error"]
    assert (exchange.status, error["code"]) == (400, -32021)
    needed = error["data"]["requiredCapabilities"]
    assert set(needed) == set(required), needed


def test_what_goes_wrong_inside_is_an_internal_error_with_status_200(server, modern):
    server.expected_errors.append("incident|handler")
    for tool in ("throw_exception", "throw_number", "throw_inline", "wrong_kind", "actor_throws",
                 "actor_dies"):
        exchange = modern.start_tool(tool)
        error = exchange.answer()["error"]
        assert (exchange.status, error["code"]) == (200, -32603), error
        assert "swordfish" not in json.dumps(error)
    assert modern.tool_text("echo_arguments", a=1) == '{"a":1}'
