"""The deployment in examples/: a function tool, an actor tool with progress, a changing resource."""

import os
import pathlib

import pytest
from mcp.server import Server
from mcp.session import Session

_PATH = pathlib.Path(os.environ["TROUPE_EXAMPLES"]) / "custom_deployment"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    one = Server(_PATH, tmp_path_factory.mktemp("server")).start()
    yield one
    one.stop()


@pytest.fixture
def client(deployment):
    session = Session.open(deployment)
    yield session
    session.delete()


def test_its_source_stays_short():
    source = pathlib.Path(__file__).resolve().parents[2] / "examples" / "custom_deployment.cpp"
    assert len(source.read_text().splitlines()) < 80


def test_the_actor_tool_tells_its_progress(client):
    exchange = client.start_tool("countdown", {"steps": 3}, progress_token="t")
    assert exchange.result()["content"][0]["text"] == "lift-off"
    told = [one["params"]["progress"] for one in exchange.notifications]
    assert told == [1, 2, 3]


def test_the_actor_tool_refuses_what_makes_no_sense(client):
    assert client.tool("countdown", steps=0)["isError"]


def test_the_resource_changes_and_tells_its_subscribers(client):
    stream = client.open_stream()
    client.call("resources/subscribe", {"uri": "counter://value"})
    before = int(client.call("resources/read", {"uri": "counter://value"})["contents"][0]["text"])
    assert client.tool_text("increment") == str(before + 1)
    told = stream.next_of("notifications/resources/updated")
    assert told["params"] == {"uri": "counter://value"}
    after = client.call("resources/read", {"uri": "counter://value"})["contents"][0]["text"]
    assert int(after) == before + 1
