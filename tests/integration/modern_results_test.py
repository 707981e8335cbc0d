"""What modern results carry besides their own members, discovery, lists and their pages, errors of
lookups. (That every message matches the schema of 2026-07-28 is checked by the client itself.)"""

import json

import pytest
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.modern import EVERYTHING, Modern
from mcp.modern_schema import CACHEABLE, META, MODERN, SERVER_INFO
from mcp.session import Session

LISTS = {"tools/list": "tools", "prompts/list": "prompts", "resources/list": "resources",
         "resources/templates/list": "resourceTemplates"}


def test_discovery(modern):
    found = modern.call("server/discover")
    assert found["supportedVersions"] == [MODERN]
    can = found["capabilities"]
    assert can["tools"] == {"listChanged": True}
    assert can["prompts"] == {"listChanged": True}
    assert can["resources"] == {"subscribe": True, "listChanged": True}
    assert {"logging", "completions"} <= set(can)
    assert "tasks" not in can
    info = found["_meta"][SERVER_INFO]
    assert info["name"] and info["version"]


def test_discovery_tells_the_configured_name_and_instructions(serve):
    modern = Modern(serve({"server": {"name": "named", "title": "Named", "instructions": "Ask."}}))
    found = modern.call("server/discover")
    assert found["instructions"] == "Ask."
    assert found["_meta"][SERVER_INFO]["name"] == "named"
    assert found["_meta"][SERVER_INFO]["title"] == "Named"


def every_request():
    yield "server/discover", {}
    for method in LISTS:
        yield method, {}
    yield "tools/call", {"name": "echo_arguments"}
    yield "tools/call", {"name": "echo_inline", "arguments": {}}
    yield "tools/call", {"name": "structured"}
    yield "prompts/get", {"name": "plain"}
    yield "resources/read", {"uri": "test://counter"}
    yield "resources/read", {"uri": "test://items/7"}
    yield "completion/complete", {"ref": {"type": "ref/prompt", "name": "greet"},
                                  "argument": {"name": "name", "value": "name1"}}


@pytest.mark.parametrize("method, params", every_request())
def test_every_result_is_decorated_by_its_kind(modern, method, params):
    result = modern.call(method, params)
    assert result["resultType"] == "complete"
    assert result["_meta"][SERVER_INFO]["name"]
    assert ({"ttlMs", "cacheScope"} <= set(result)) == (method in CACHEABLE)
    if method in CACHEABLE:
        assert type(result["ttlMs"]) is int and result["ttlMs"] >= 0
        assert result["cacheScope"] in ("public", "private")


def test_input_required_is_decorated_but_not_cacheable(server):
    result = Modern(server, EVERYTHING).tool("ask", what="form")
    assert set(result) == {"resultType", "_meta", "inputRequests", "requestState"}
    assert result["resultType"] == "input_required"


@pytest.mark.parametrize("method, params", every_request())
def test_legacy_results_have_nothing_of_it(session, method, params):
    if method == "server/discover":
        return
    text = json.dumps(session.call(method, params))
    for word in ("resultType", "ttlMs", "cacheScope", "serverInfo", META):
        assert word not in text


@pytest.mark.parametrize("method", LISTS)
def test_lists_have_one_order(server, method):
    """On every thread, for every client, in both eras."""
    seen = set()
    for _ in range(8):
        seen.add(json.dumps(Modern(server).call(method)[LISTS[method]]))
    assert len(seen) == 1
    names = [entry.get("uri", entry["name"]) for entry in json.loads(seen.pop())]
    session = Session.open(server)
    assert [e.get("uri", e["name"]) for e in session.call(method)[LISTS[method]]] == names
    session.delete()


@pytest.mark.parametrize("method", LISTS)
def test_pages_together_are_the_list(serve, method):
    server = serve({"limits": {"page_size": 1}})
    modern, everything, cursor, pages = Modern(server), [], None, 0
    while True:
        page = modern.call(method, {"cursor": cursor} if cursor else {})
        assert len(page[LISTS[method]]) == 1
        everything += page[LISTS[method]]
        pages += 1
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    names = [entry.get("uriTemplate", entry.get("uri", entry["name"])) for entry in everything]
    assert len(set(names)) == pages
    if pages > 1:
        first = modern.call(method)["nextCursor"]
        for wrong in (first + "x", first[:-1], "", "AAAA"):
            with pytest.raises(RpcError) as refused:
                modern.call(method, {"cursor": wrong})
            assert refused.value.code == -32602
        for other in set(LISTS) - {method}:
            with pytest.raises(RpcError) as refused:
                modern.call(other, {"cursor": first})
            assert refused.value.code == -32602


def test_a_list_shows_what_was_added(server, modern):
    assert modern.tool_text("add", kind="tool", name="zzz-added") == "added"
    wait_until(lambda: "zzz-added" in json.dumps(modern.call("tools/list")), "it is listed")
    assert modern.tool_text("remove", kind="tool", name="zzz-added") == "removed"
    wait_until(lambda: "zzz-added" not in json.dumps(modern.call("tools/list")), "it is not")


@pytest.mark.parametrize("uri", ["test://nothing", "test://items/", "file:///etc/passwd", "", "a b", "ü"])
def test_a_resource_that_is_not_there(modern, session, uri):
    exchange = modern.start("resources/read", {"uri": uri})
    error = exchange.answer()["error"]
    assert (exchange.status, error["code"], error["data"]) == (200, -32602, {"uri": uri})
    with pytest.raises(RpcError) as legacy:
        session.call("resources/read", {"uri": uri})
    assert (legacy.value.code, legacy.value.data) == (-32002, {"uri": uri})


@pytest.mark.parametrize("request_id", [0, 1, -1, 1767225600000, 2**53 + 1, 2**63 - 1, -2**63, "", "text",
                                        "1", "ü\n\"", "x" * 200])
@pytest.mark.parametrize("tool", ["echo_arguments", "echo_inline", "ask", "no such tool"])
def test_ids_come_back_as_they_were(modern, request_id, tool):
    """The client compares type and value."""
    modern.start_tool(tool, request_id=request_id).answer()


def test_arguments_may_be_absent_and_unknown_params_are_ignored(modern):
    for params in ({}, {"arguments": {}}, {"task": {"ttl": 1}}, {"x": [None]}):
        result = modern.call("tools/call", {"name": "echo_arguments", **params})
        assert result["content"][0]["text"] == "{}"


def test_awkward_text_and_big_answers(modern):
    assert modern.tool_text("awkward_text").startswith("a\r\nb\n\ndata: c")
    assert modern.tool_text("big", bytes=3_000_000) == "x" * 3_000_000


def test_all_kinds_of_content(modern):
    kinds = [block["type"] for block in modern.tool("every_block")["content"]]
    assert sorted(kinds) == ["audio", "image", "resource", "resource_link", "text"]


def test_how_long_results_may_be_kept_is_configured(serve):
    caching = {"discover_ttl_ms": 1, "tools_ttl_ms": 2, "resources_ttl_ms": 3, "templates_ttl_ms": 4,
               "prompts_ttl_ms": 5, "read_ttl_ms": 6, "tools_scope": "private", "read_scope": "public"}
    modern = Modern(serve({"caching": caching}))
    hints = [(one["ttlMs"], one["cacheScope"]) for one in (
        modern.call("server/discover"), *(modern.call(method) for method in (
            "tools/list", "resources/list", "resources/templates/list", "prompts/list")),
        modern.call("resources/read", {"uri": "test://counter"}))]
    assert hints == [(1, "public"), (2, "private"), (3, "public"), (4, "public"), (5, "public"), (6, "public")]
