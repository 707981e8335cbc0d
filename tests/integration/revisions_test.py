"""One handler, four revisions: each client gets what its revision knows (checked by the schemas as
well), and nothing that it does not."""

import pytest
from mcp.schema import LEGACY
from mcp.session import Session


@pytest.fixture(scope="module", params=LEGACY)
def old(request, server):
    session = Session.open(server, request.param)
    yield session
    session.delete()


def since(session, revision):
    return session.revision >= revision


def test_tools_are_described_as_the_revision_knows(old):
    tools = {one["name"]: one for one in old.call("tools/list")["tools"]}
    titled, structured = tools["every_block"], tools["structured"]
    assert (titled.get("title") == "Every block") == since(old, "2025-06-18")
    assert ("outputSchema" in structured) == since(old, "2025-06-18")
    assert ("annotations" in structured) == since(old, "2025-03-26")
    if since(old, "2025-03-26"):
        assert structured["annotations"]["readOnlyHint"] is True


def test_content_is_brought_down_to_the_revision(old):
    blocks = old.tool("every_block")["content"]
    assert len(blocks) == 5
    types = [block["type"] for block in blocks]
    assert types[:2] == ["text", "image"]
    assert types[2] == ("audio" if since(old, "2025-03-26") else "text")
    assert types[3] == "resource"
    assert types[4] == ("resource_link" if since(old, "2025-06-18") else "text")


def test_structured_content(old):
    result = old.tool("structured")
    assert (result.get("structuredContent") == {"sum": 3}) == since(old, "2025-06-18")
    assert result["content"] == [{"type": "text", "text": '{"sum":3}'}]


def test_prompts_and_resources_have_titles_where_there_are_titles(old):
    prompts = {one["name"]: one for one in old.call("prompts/list")["prompts"]}
    assert ("title" in prompts["greet"]) == since(old, "2025-06-18")
    resources = {one["name"]: one for one in old.call("resources/list")["resources"]}
    assert ("title" in resources["other"]) == since(old, "2025-06-18")


def test_progress_messages(old):
    exchange = old.start_tool("steps", {"count": 1}, progress_token="t")
    exchange.result()
    params = exchange.notifications[0]["params"]
    assert ("message" in params) == since(old, "2025-03-26")


def test_the_server_describes_itself(old):
    session = Session(old.address, old.revision)
    result = session.initialize()
    assert ("title" in result["serverInfo"]) == since(old, "2025-06-18")
    assert ("completions" in result["capabilities"]) == since(old, "2025-03-26")
    session.delete()


def test_every_list_and_read_works(old):
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        assert old.call(method)
    assert old.call("resources/read", {"uri": "test://counter"})
    assert old.call("prompts/get", {"name": "plain"})
    assert old.call("logging/setLevel", {"level": "info"}) == {}
    assert old.call("resources/subscribe", {"uri": "test://counter"}) == {}
    assert old.call("resources/unsubscribe", {"uri": "test://counter"}) == {}
