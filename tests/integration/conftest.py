"""Fixtures of the tests over real sockets. The binaries come from the environment (ctest sets it);
without it, from build/debug."""

import os
import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "support"))

from mcp.lines import StdioServer  # noqa: E402
from mcp.modern import Modern  # noqa: E402
from mcp.server import Server  # noqa: E402
from mcp.session import Session  # noqa: E402
from nodes import Nodes  # noqa: E402

_BUILD = _ROOT / "build" / "debug"


@pytest.fixture(scope="session")
def product():
    """The product."""
    return os.environ.get("TROUPE_BINARY", str(_BUILD / "troupe"))


@pytest.fixture(scope="session")
def test_binary():
    """The server with handlers for tests; see server/groups.hpp."""
    return os.environ.get("TROUPE_TEST_SERVER", str(_BUILD / "tests" / "troupe-test-server"))


@pytest.fixture(scope="module")
def server(test_binary, tmp_path_factory):
    """One test server with the default limits for all tests of a file."""
    one = Server(test_binary, tmp_path_factory.mktemp("server")).start()
    yield one
    one.stop()


@pytest.fixture
def serve(test_binary, tmp_path):
    """Starts servers with a configuration of their own; they are stopped and judged at the end."""
    started = []

    def start(config=None, binary=None, wait=True, **more):
        folder = tmp_path / f"server-{len(started)}"
        one = Server(binary or test_binary, folder, config, **more)
        started.append(one)
        return one.start(wait)

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def cluster(test_binary, tmp_path_factory):
    """Three nodes for all tests of a file that break nothing."""
    nodes = Nodes(test_binary, tmp_path_factory.mktemp("cluster"))
    for _ in range(3):
        nodes.add()
    yield nodes
    nodes.stop()


@pytest.fixture
def nodes(test_binary, tmp_path):
    """For tests that break some: those that the test adds."""
    started = Nodes(test_binary, tmp_path)
    yield started
    started.stop()


@pytest.fixture
def session(server):
    """A session of the latest revision on the file's server."""
    one = Session.open(server)
    yield one
    one.delete()


@pytest.fixture
def modern(server):
    """A client of the stateless revision on the file's server."""
    return Modern(server)


@pytest.fixture
def start(test_binary, tmp_path):
    """Starts servers; whatever they are made to do, they end with 0 and without an error in the log."""
    started = []

    def run(kind="pipe", **more):
        started.append(StdioServer(test_binary, tmp_path / str(len(started)), kind, **more))
        return started[-1]

    yield run
    for one in started:
        one.end()
