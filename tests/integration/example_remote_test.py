"""The deployment in examples/remote_tool.cpp: a tool that is an actor on another node."""

import os
import pathlib

import pytest
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.session import Session
from nodes import Nodes

_PATH = pathlib.Path(os.environ["TROUPE_EXAMPLES"]) / "remote_tool"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    nodes = Nodes(_PATH, tmp_path_factory.mktemp("cluster"))
    nodes.add("workshop")
    one = nodes.add("shop")
    wait_until(lambda: one.metric("troupe_cluster_remote_tools", state="connected") == 1,
               "the shop knows the tool")
    yield one
    nodes.stop()


def test_its_source_stays_short():
    source = pathlib.Path(__file__).resolve().parents[2] / "examples" / "remote_tool.cpp"
    assert len(source.read_text().splitlines()) < 80


def test_the_tool_is_offered_and_run_elsewhere(shop):
    client = Session.open(shop)
    assert client.tool_text("whose") == "shop"
    assert "weave" in [tool["name"] for tool in client.call("tools/list")["tools"]]
    exchange = client.start_tool("weave", {"rows": 3}, progress_token="t")
    assert exchange.result()["content"][0]["text"] == "3 rows, woven in the workshop"
    assert [one["params"]["progress"] for one in exchange.notifications] == [1, 2, 3]
    client.delete()


def test_a_client_without_a_session_has_it_too(shop):
    client = Modern(shop)
    assert client.tool_text("weave", rows=1) == "1 rows, woven in the workshop"
    assert client.tool("weave", rows=0)["isError"]  # the shop knows the schema
