"""Calls that wait until a test lets them go (server/gate.cpp)."""

import itertools
import json

from mcp.deadline import wait_until

_keys = itertools.count(1)


def new_key():
    """A key that no other call of this run has."""
    return f"key-{next(_keys)}"


def waiting(session):
    return json.loads(session.tool_text("waiting"))


def cancelled(session):
    return json.loads(session.tool_text("cancelled"))


def hold(session, key=None, tool="wait", **more):
    """Starts a call that waits, and returns it once it does."""
    key = key or new_key()
    call = session.start_tool(tool, {"key": key}, **more)
    call.key = key
    wait_until(lambda: key in waiting(session), f"the call {key} waits")
    return call


def let_go(session, call, text="opened"):
    """Lets the call end with this text."""
    assert session.tool_text("open", key=call.key, text=text) == "1"
