"""Chaos tests share clients and nodes with the other tests over real sockets (tests/support/mcp, tests/integration)."""

import os
import pathlib
import sys

import pytest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "support"), str(_ROOT / "tests" / "integration")]

_BUILD = _ROOT / "build" / "debug"


@pytest.fixture(scope="session")
def test_binary():
    """The server with handlers for tests (tests/integration/server)."""
    return os.environ.get("TROUPE_TEST_SERVER", str(_BUILD / "tests" / "troupe-test-server"))


@pytest.fixture(scope="session")
def is_long():
    """./dev test --long: as many rounds and cycles as it takes to be sure."""
    return os.environ.get("TROUPE_LONG_TESTS", "0") not in ("", "0")
