"""Fixtures of the tests over real sockets. The binaries come from the environment (ctest sets it);
without it, from build/debug."""

import os
import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "support"))

from mcp.server import Server  # noqa: E402
from mcp.session import Session  # noqa: E402

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


@pytest.fixture
def session(server):
    """A session of the latest revision on the file's server."""
    one = Session.open(server)
    yield one
    one.delete()
