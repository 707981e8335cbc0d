"""Three nodes, and in each round something happens to them while clients go on working. Rounds come from a seed, which is
printed; TROUPE_CHAOS_SEED repeats them, TROUPE_CHAOS_ROUNDS says how many (5; with --long 100)."""

import os
import random
import time

import pytest
from clients import Crowd
from cluster import PLACES, Cluster
from faults import Fault, faults
from judge import DETECTED_SECONDS, REJOINED_SECONDS, Journal, judge
from mcp.deadline import wait_until
from network import Network, NotPermitted

QUIET_SECONDS = 1  # before and after a fault


@pytest.fixture(scope="module")
def network():
    try:
        return Network(PLACES)
    except NotPermitted as problem:
        pytest.skip(f"NO CHAOS WAS TRIED: this machine does not let us make networks ({problem}); "
                    "run it as root, with iproute2 and nftables")


@pytest.fixture
def cluster(network, test_binary, tmp_path, request):
    nodes = Cluster(test_binary, tmp_path, network)
    nodes.start_all()
    yield nodes
    if request.node.stash.get(FAILED, False):
        nodes.abandon()
    else:
        nodes.stop()


FAILED = pytest.StashKey[bool]()


def measured(action):
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def see_losses(cluster, fault):
    """Until everybody who must has noticed; gives the seconds it took, None if nobody must."""
    if not fault.sees:
        return None
    return measured(lambda: [cluster.wait_lost(*pair, DETECTED_SECONDS) for pair in fault.sees])


def run_round(cluster, crowd, journal, fault):
    """One fault from beginning to end. Gives all complaints, and a line about what happened."""
    problems = []
    crowd.start()
    time.sleep(QUIET_SECONDS)
    begun = time.monotonic()
    try:
        fault.begin(cluster)
        detected = see_losses(cluster, fault)
        time.sleep(max(0.0, begun + fault.seconds - time.monotonic()))
        fault.heal(cluster)
        rejoined = measured(lambda: cluster.wait_connected(REJOINED_SECONDS))
        time.sleep(QUIET_SECONDS)
    finally:
        requests = crowd.finish()
    # Sessions whose node has ended are served by others; then all is well everywhere.
    requests += crowd.call_everywhere()
    afterwards = crowd.call_everywhere()
    journal.asked(requests + afterwards)
    wait_until(lambda: is_at_rest(cluster), "no call is under way")
    problems += journal.read()
    problems += judge(requests, journal, fault, begun)
    problems += judge(afterwards, journal, Fault(random.Random(), False), begun)
    problems += crowd.complaints()
    crowd.open_anew(fault.ends)
    return problems, line_about(requests, detected, rejoined)


def is_at_rest(cluster):
    return all(one.metric("troupe_calls_in_flight") == 0 for one in cluster.members)


def line_about(requests, detected, rejoined):
    counts = {}
    for request in requests:
        what = request.outcome if request.status in (0, 200, 202) else str(request.status)
        counts[what] = counts.get(what, 0) + 1
    assert sum(counts.values()) == len(requests)
    seen = "" if detected is None else f", noticed after {detected:.2f} s"
    ends = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    return f"{len(requests)} requests: {ends}{seen}, connected {rejoined:.2f} s after its end"


def test_rounds(cluster, tmp_path, is_long, request):
    seed = os.environ.get("TROUPE_CHAOS_SEED") or str(random.SystemRandom().randrange(1_000_000))
    count = int(os.environ.get("TROUPE_CHAOS_ROUNDS") or (100 if is_long else 5))
    print(f"\nchaos: {count} rounds, TROUPE_CHAOS_SEED={seed}", flush=True)
    request.node.stash[FAILED] = True
    journal = Journal(tmp_path / "journal")
    crowd = Crowd(cluster, journal, seed)
    opening = crowd.call_everywhere()
    journal.asked(opening)
    assert not [str(one) for one in opening if one.outcome != "answered"]
    for number, fault in enumerate(faults(random.Random(seed), count, is_long), 1):
        problems, line = run_round(cluster, crowd, journal, fault)
        print(f"chaos {number}/{count} {fault} for {fault.seconds:.1f} s: {line}", flush=True)
        assert not problems, f"round {number} ({fault}), seed {seed}: " + "\n".join(problems[:20])
    assert all(one.heard for one in crowd.sessions), "a session has heard of nothing"
    assert journal.read() == []
    request.node.stash[FAILED] = False
