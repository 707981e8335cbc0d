"""Nodes that join and leave, by SIGTERM and by kill -9, over and over: those that stay are as they were before. 20 times;
with --long 1,000 times."""

import pathlib
import re
import time

import pytest
from judge import DETECTED_SECONDS, REJOINED_SECONDS
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.process import descriptors, thread_states
from mcp.session import Session
from nodes import Nodes

WARM_UP = 5  # cycles: after them, buffers and tables have what they need
STEP = 100  # cycles between two lines about memory

# Who has an old table of nodes still gets an answer from a peer that has ended (actors/peer.cpp).
PEER_STAYS_SECONDS = 5

# Allocators keep what they have had once, whatever the number of cycles (docs/cluster.md, "Bounds").
KEPT_BYTES = 500_000


@pytest.fixture
def nodes(test_binary, tmp_path):
    started = Nodes(test_binary, tmp_path, {"log": {"level": "info"}})
    yield started
    started.stop()


def figures(node):
    """What must be the same before and after."""
    kinds = [one.split(":")[0] for one in descriptors(node.process.pid)]
    return {
        "actors": int(Modern(node).tool_text("running_actors")),
        "sockets": kinds.count("socket"),
        "descriptors": len(kinds),
        "threads": len(thread_states(node.process.pid)),
        "sessions": node.metric("troupe_sessions"),
        "waiting bytes": node.metric("troupe_cluster_queue_bytes"),
    }


def at_rest(nodes):
    """The figures, once they stay the same: connections that were closed a moment ago are counted too, and peers for a while
    after their end."""
    seen, since = None, time.monotonic()

    def is_same():
        nonlocal seen, since
        now = [figures(one) for one in nodes]
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > PEER_STAYS_SECONDS + 1

    wait_until(is_same, "all come to rest")
    return seen


def anonymous_bytes(node):
    """Its memory, without the pages of files."""
    text = pathlib.Path(f"/proc/{node.process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def use(session, through):
    """A call that arrives at another node than the session's."""
    session.address, session._connection = through.address, None
    assert session.tool_text("echo_inline", text="x") == '{"text":"x"}'


def is_known(session, to):
    """A node knows another one a moment before its threads that serve connections do (docs/cluster.md)."""
    session.address = to.address
    return session.start("ping").status == 200


def cycle(nodes, stays, guest, sessions, crashes):
    """Gives the next guest. `sessions`: one on each of those who stay; the test server writes down each new one."""
    guest = nodes.again(guest)
    nodes.wait_connected(REJOINED_SECONDS)
    for session in sessions:
        wait_until(lambda session=session: is_known(session, guest), "the guest knows who has the session")
    own = Session.open(guest)
    use(own, stays[0])
    assert own.delete().status == 204
    # Behind the word that it has ended, on the way to whoever has its copy: otherwise a crash may bring it back.
    for session in sessions:
        use(session, guest)
    if crashes:
        guest.kill()
        guest.abandon()
    else:
        guest.stop()
    for one in stays:
        wait_until(lambda one=one: one.others("lost") == ["guest"], "it is gone", DETECTED_SECONDS)
    return guest


def test_those_who_stay_are_as_before(nodes, is_long):
    count = 1000 if is_long else 20
    stays = [nodes.add(), nodes.add()]
    guest = nodes.add("guest")
    guest.stop()
    sessions = [Session.open(one) for one in stays]
    for number in range(WARM_UP):
        guest = cycle(nodes, stays, guest, sessions, number % 2 == 0)
    before = at_rest(stays)
    memory = [anonymous_bytes(one) for one in stays]
    for number in range(1, count + 1):
        guest = cycle(nodes, stays, guest, sessions, number % 2 == 0)
        if number % STEP == 0 or number == count:
            grown = [anonymous_bytes(one) - size for one, size in zip(stays, memory)]
            print(f"join and leave: {number} cycles, memory grew by {grown} bytes", flush=True)
    for one, expected in zip(stays, before):
        wait_until(lambda one=one, expected=expected: figures(one) == expected,
                   f"{one.node} is as it was: {expected}; it is {figures(one)}")
    assert max(grown) <= KEPT_BYTES
