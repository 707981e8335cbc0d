"""Limits of the whole cluster: three nodes share one, whichever of them a client reaches."""

import re
import time

import pytest
from mcp.deadline import wait_until
from mcp.session import Session
from nodes import Nodes

LIMIT = 9


def make(test_binary, folder, count, **cluster):
    nodes = Nodes(test_binary, folder, {
        "cluster": cluster, "limits": {"max_sessions": LIMIT, "max_uninitialized_sessions": LIMIT}})
    for _ in range(count):
        nodes.add()
    if cluster["limits"] == "cluster":
        leading = min(one.number for one in nodes.all)
        for one in nodes.all:
            one.wait_log(re.compile(f"limits are leased by node number={leading}"))
    return nodes


@pytest.fixture
def cluster(test_binary, tmp_path):
    nodes = make(test_binary, tmp_path, 3, limits="cluster")
    yield nodes
    nodes.stop()


@pytest.fixture
def without_copies(test_binary, tmp_path):
    """Sessions end with their node."""
    nodes = make(test_binary, tmp_path, 3, limits="cluster", copies=False)
    yield nodes
    nodes.stop()


def open_sessions(node, most=2 * LIMIT):
    """Opens sessions on a node until there is no slot left, or so many; returns them."""
    opened = []
    refused = 0
    while len(opened) < most:
        session = Session(node.address, path=node.path)
        exchange = session.post(session.initialize_message())
        if exchange.status == 503:
            assert "limit of sessions is reached" in exchange.body.decode()
            refused += 1
            if refused == 5: # a refusal may come early when several nodes need slots at once
                break
            time.sleep(0.1)
            continue
        assert exchange.status == 200
        exchange.answer()
        session.id = exchange.headers["mcp-session-id"]
        session.notify("notifications/initialized")
        opened.append(session)
    return opened


def held(nodes):
    return sum(one.metric("troupe_cluster_leases", limit="sessions") for one in nodes.live())


def test_the_limit_is_one_for_all_nodes(cluster):
    first = open_sessions(cluster.all[0])
    assert len(first) == LIMIT
    assert open_sessions(cluster.all[1]) == []
    # What is given back here can be used there.
    for session in first[:4]:
        session.delete()
    assert len(open_sessions(cluster.all[1])) == 4
    assert open_sessions(cluster.all[2]) == []
    assert held(cluster) == LIMIT


@pytest.mark.parametrize("which", ["leading", "another"])
def test_a_lost_node_gives_its_slots_back(without_copies, which):
    cluster = without_copies
    by_number = sorted(cluster.all, key=lambda one: one.number)
    lost = by_number[0] if which == "leading" else by_number[1]
    others = [one for one in cluster.all if one is not lost]
    assert len(open_sessions(lost, most=5)) == 5
    kept = open_sessions(others[0])
    assert len(kept) == LIMIT - 5
    lost.kill()
    wait_until(lambda: all(lost.node not in one.others() for one in others), "it is lost")
    assert len(open_sessions(others[1])) == 5
    assert all(session.call("ping") == {} for session in kept)


def test_sessions_that_go_on_elsewhere_keep_their_slots(cluster):
    lost, *others = cluster.all
    assert len(open_sessions(lost)) == LIMIT
    wait_until(lambda: sum(one.metric("troupe_cluster_copies") for one in others) == LIMIT, "all have copies")
    lost.kill()
    cluster.wait_sessions(LIMIT)
    assert open_sessions(others[0]) == []


def test_a_node_that_joins_later_shares_it(test_binary, tmp_path):
    nodes = make(test_binary, tmp_path, 1, limits="cluster")
    assert len(open_sessions(nodes.all[0])) == LIMIT
    nodes.add()
    assert open_sessions(nodes.all[1]) == []
    nodes.stop()


def test_or_each_node_counts_for_itself(test_binary, tmp_path):
    nodes = make(test_binary, tmp_path, 2, limits="node")
    assert [len(open_sessions(one)) for one in nodes.all] == [LIMIT, LIMIT]
    assert held(nodes) == 0
    nodes.stop()
