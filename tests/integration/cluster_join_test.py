"""How nodes find each other, whom they refuse, and how they notice that one is gone."""

import socket
import time

import pytest
from certificates import Authority
from mcp.deadline import wait_until
from nodes import SECRET, Nodes

DETECTED = 3  # seconds, at most
REJOINED = 5


@pytest.fixture
def nodes(product, tmp_path):
    started = Nodes(product, tmp_path)
    yield started
    started.stop()


def lonely(nodes, name, cluster, seconds=2.5):
    """A node that must not get in: it is tried for some time."""
    one = nodes.add(name, {"cluster": cluster}, wait=False)
    time.sleep(seconds)
    assert one.others() == []
    return one


def test_any_seed_leads_to_all_and_everybody_shows_the_members(nodes):
    first = nodes.add()
    second = nodes.add()
    # The third knows the second only.
    third = nodes.add("node-3", {"cluster": {"seeds": [f"127.0.0.1:{second.port}"]}})
    for one in (first, second, third):
        assert one.members()[one.node] == "this node"
        assert one.metric("troupe_cluster_nodes", state="connected") == 2
        one.wait_log(r"cluster: node joined node=node-\d address=127.0.0.1:\d+ .* nodes=3")


def test_a_node_alone_serves_and_finds_its_seed_when_that_comes(nodes):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    late = nodes.add("early", {"cluster": {"seeds": [f"127.0.0.1:{port}"]}})
    late.wait_log(rf"cannot reach a node at 127.0.0.1:{port}: Connection refused")
    assert late.admin_get("/readyz").status == 200
    nodes.add("seed", {"cluster": {"seeds": []}}, port=port, wait=False)
    nodes.wait_connected(REJOINED)


def test_a_crash_is_noticed_and_a_node_that_comes_back_is_taken_in(nodes):
    first, second, third = nodes.add(), nodes.add(), nodes.add()
    second.kill()
    began = time.monotonic()
    for one in (first, third):
        wait_until(lambda one=one: one.others("lost") == ["node-2"], "the loss is noticed", DETECTED)
    assert time.monotonic() - began < DETECTED
    first.wait_log("cluster: node lost node=node-2")
    nodes.again(second)
    nodes.wait_connected(REJOINED)
    assert first.others("lost") == []


def test_the_seed_itself_may_come_back(nodes):
    first, _ = nodes.add(), nodes.add()
    first.kill()
    nodes.again(first)  # knows nobody, and is dialled
    nodes.wait_connected(REJOINED)


def test_a_node_that_leaves_is_gone_at_once(nodes):
    first, second = nodes.add(), nodes.add()
    second.stop()
    wait_until(lambda: first.others("lost") == ["node-2"], "the loss is noticed", DETECTED)
    assert first.metric("troupe_cluster_cut_off_total") == 0


def test_a_frozen_node_is_cut_off_and_comes_back(nodes):
    first, second, third = nodes.add(), nodes.add(), nodes.add()
    second.freeze()
    try:
        for one in (first, third):
            wait_until(lambda one=one: one.others("lost") == ["node-2"], "it is cut off", DETECTED)
            assert one.metric("troupe_cluster_cut_off_total") == 1
        assert first.others() == ["node-3"]
    finally:
        second.thaw()
    nodes.wait_connected(REJOINED)


def test_who_does_not_know_the_secret_is_refused(nodes):
    first = nodes.add()
    stranger = lonely(nodes, "stranger", {"secret": "another secret of the same size..."})
    assert first.others() == []
    assert first.metric("troupe_cluster_refused_total") >= 1
    first.wait_log("refused a connection from 127.0.0.1: it does not know the secret")
    stranger.wait_log("cannot reach a node at .*: it closed the connection")
    assert SECRET not in first.log() + stranger.log()


def test_clusters_with_different_names_do_not_mix(nodes):
    first = nodes.add()
    other = lonely(nodes, "other", {"name": "other"})
    assert first.others() == other.others() == []


def test_strangers_on_the_port_get_nothing_and_hurt_nobody(nodes):
    first = nodes.add()
    idle = [socket.create_connection(("127.0.0.1", first.port)) for _ in range(100)]
    noise = socket.create_connection(("127.0.0.1", first.port))
    noise.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
    # CAF's own greeting: the header of a BASP handshake with a payload of 4 GiB.
    basp = socket.create_connection(("127.0.0.1", first.port))
    basp.sendall(bytes([0, 0, 0, 0]) + b"\xff" * 32)
    second = nodes.add()
    assert first.others() == ["node-2"]
    # Whoever does not prove the secret in time is closed.
    for one in idle[:64] + [noise, basp]:
        one.settimeout(10)
        try:
            while one.recv(4096):
                pass
        except ConnectionError:
            pass
        one.close()
    for one in idle:
        one.close()
    assert first.metric("troupe_cluster_refused_total") >= 64
    assert second.others() == ["node-1"]


def tls_of(authority, name):
    own = authority.issue(name)
    return {"tls_certificate_file": str(own.certificate), "tls_key_file": str(own.key),
            "tls_ca_file": str(authority.certificate)}


def test_nodes_speak_tls_and_need_a_certificate(nodes, tmp_path):
    authority = Authority(tmp_path)
    first = nodes.add("node-1", {"cluster": tls_of(authority, "one")})
    second = nodes.add("node-2", {"cluster": tls_of(authority, "two")})
    first.wait_log(r"cluster tests: node node-1 .* TLS")
    assert second.others() == ["node-1"]
    nodes.all.remove(second)
    try:
        plain = lonely(nodes, "plain", {})
        elsewhere = Authority(tmp_path, "elsewhere")
        foreign = lonely(nodes, "foreign", tls_of(elsewhere, "three"))
        assert plain.others() == foreign.others() == []
        assert first.others() == ["node-2"]
    finally:
        nodes.all.append(second)


def test_joining_and_leaving_many_times_leaves_nothing_behind(nodes):
    first = nodes.add()
    second = nodes.add()
    files = []
    for _ in range(5):
        second.kill()
        wait_until(lambda: first.others() == [], "it is gone", DETECTED)
        second.abandon()
        second = nodes.again(second)
        nodes.wait_connected(REJOINED)
        files.append(first.open_files())
    assert max(files) <= files[0] + 1, files


@pytest.mark.parametrize("cluster, reason", [
    ({"secret": "short"}, "cluster.secret: expected at least 16 bytes, found 5"),
    ({"secret": ""}, "cluster.secret_file: expected a file with the secret"),
    ({"secret_file": "/nowhere"}, "cluster.secret_file: cluster.secret is given too"),
    ({"address": "0.0.0.0"}, "cluster.address: expected a private address"),
    ({"address": "203.0.113.1"}, "cluster.address: expected a private address"),
    ({"address": "localhost"}, "cluster.address: expected an IPv4 or IPv6 address"),
    ({"seeds": ["127.0.0.1"]}, "cluster.seeds: expected host:port"),
    ({"name": "", "seeds": ["127.0.0.1:1"]}, "cluster.name: expected the name of the cluster"),
    ({"tls_key_file": "/k"}, "cluster.tls_certificate_file: expected a file"),
    ({"failure_timeout_ms": 600}, "cluster.failure_timeout_ms: expected at least twice"),
])
def test_what_is_wrong_with_the_configuration_is_said(product, tmp_path, cluster, reason):
    nodes = Nodes(product, tmp_path)
    with pytest.raises(AssertionError, match=reason.replace(".", r"\.")):
        nodes.add(config={"cluster": cluster})
    nodes.all[0].abandon()


def test_the_secret_is_not_printed(product, tmp_path):
    import json
    import subprocess

    config = tmp_path / "config.json"
    config.write_text(json.dumps({"cluster": {"name": "x", "secret": SECRET}}))
    done = subprocess.run([product, "--config", config, "--print-config"], capture_output=True,
                          text=True, check=True)
    assert SECRET not in done.stdout
    assert '"secret": "(hidden)"' in done.stdout
