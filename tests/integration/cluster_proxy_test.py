"""The proxies of configs/cluster, the real ones, in front of three nodes: requests go round in turn."""

import collections
import pathlib
import re
import shutil
import socket
import subprocess
import threading

import pytest
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.server import Server
from mcp.session import Session
from mcp.wire import Address
from nodes import Nodes

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs" / "cluster"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Proxy:
    """One run of a proxy with the configuration of this repository, but other ports."""

    path = "/mcp"

    def __init__(self, name, folder, nodes):
        self.port = free_port()
        text = (CONFIGS / {"haproxy": "haproxy.cfg", "nginx": "nginx.conf"}[name]).read_text()
        for number, one in enumerate(nodes, 1):
            text = text.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{one.address[1]}")
            text = text.replace(f"port 947{number}", f"port {one.admin[1]}")
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        config = folder / name
        if name == "nginx":
            text = f"pid {folder}/nginx.pid;\n" + re.sub(
                r"access_log off;", "access_log off;\n" + "".join(
                    f"  {kind}_temp_path {folder}/{kind};\n"
                    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")), text)
            command = ["nginx", "-c", str(config), "-g", "daemon off;"]
        else:
            command = ["haproxy", "-f", str(config), "-db"]
        config.write_text(text)
        program = shutil.which(command[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
        self.process = subprocess.Popen([program, *command[1:]], stderr=(folder / "log").open("wb"))
        self.address = Address(("127.0.0.1", self.port))
        wait_until(lambda: accepts(self.port), f"{name} listens")

    def stop(self):
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def nodes(test_binary, tmp_path):
    started = Nodes(test_binary, tmp_path)
    for _ in range(3):
        started.add()
    yield started
    started.stop()


@pytest.fixture(params=["haproxy", "nginx"])
def proxy(request, tmp_path, nodes):
    one = Proxy(request.param, tmp_path, nodes.all)
    yield one
    one.stop()


def ask(session):
    session._connection = None
    return session.tool("echo_arguments", text="x")


def test_sessions_and_streams_work_without_stickiness(nodes, proxy):
    clients = [Session.open(proxy) for _ in range(6)]
    for client in clients:
        client.call("resources/subscribe", {"uri": "test://counter"})
    streams = [client.open_stream() for client in clients]
    for _ in range(3):
        for client in clients:
            assert not ask(client).get("isError")
    clients[0].tool("touch", uri="test://counter")
    for stream in streams:
        stream.next_of("notifications/resources/updated")
    # All nodes had a part in it.
    for one in nodes.all:
        assert one.metric("troupe_cluster_forwarded_total", outcome="sent") > 0
        wait_until(lambda one=one: one.metric("troupe_sessions") > 0, "it serves sessions")
    for client in clients:
        assert client.delete().status == 204


def test_clients_without_a_session_notice_nothing_when_a_node_is_drained_and_another_killed(nodes, proxy):
    modern = Modern(proxy)

    def works():
        modern._connection = None
        return modern.tool("echo_arguments", text="x")["resultType"] == "complete"

    assert all(works() for _ in range(9))
    nodes.all[1].stop()
    assert all(works() for _ in range(9))
    nodes.all[2].kill()
    assert all(works() for _ in range(9))


def test_clients_with_a_session_notice_nothing_when_its_node_is_drained(nodes, tmp_path):
    proxy = Proxy("haproxy", tmp_path, nodes.all)
    try:
        clients = [Session.open(proxy) for _ in range(9)]
        stop = threading.Event()
        failures, answered = [], collections.Counter()

        def work(number, client):
            try:
                while not stop.is_set():
                    assert not ask(client).get("isError")
                    answered[number] += 1
            except Exception as error:  # noqa: BLE001 - shown below
                failures.append(repr(error))

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(clients)]
        for one in threads:
            one.start()
        nodes.all[0].stop()
        before = answered.copy()
        wait_until(lambda: failures or all(answered[number] > before[number] + 3 for number in range(9)),
                   "all go on")
        stop.set()
        for one in threads:
            one.join()
        assert failures == []
        nodes.wait_sessions(9)
    finally:
        proxy.stop()


def test_a_session_survives_the_loss_of_a_node_it_does_not_live_on(nodes, proxy):
    client = Session.open(proxy)
    nodes.wait_sessions(1)
    homes = [one for one in nodes.all if one.metric("troupe_sessions") == 1]
    other = next(one for one in nodes.all if one not in homes)
    other.kill()
    for _ in range(9):
        assert not ask(client).get("isError")
    assert client.delete().status == 204


def test_the_three_configurations_form_a_cluster_as_they_are(product, tmp_path):
    """configs/cluster/node-1.json to node-3.json; skipped where their ports are taken."""
    wanted = [8001, 8002, 8003, 9471, 9472, 9473, 7401, 7402, 7403]
    if any(accepts(port) for port in wanted):
        pytest.skip("a port of these configurations is in use on this machine")
    started = []
    try:
        for number in (1, 2, 3):
            log = (tmp_path / f"log-{number}").open("wb")
            started.append(subprocess.Popen(
                [product, "--config", str(CONFIGS / f"node-{number}.json")], stderr=log))

        def members(port):
            one = Server(product, tmp_path / "none")
            one.admin = ("127.0.0.1", port)
            try:
                return one.admin_get("/readyz").body.decode().count("connected")
            except OSError:
                return 0

        wait_until(lambda: all(members(port) == 2 for port in (9471, 9472, 9473)), "all see all")
    finally:
        for one in started:
            one.terminate()
        codes = [one.wait(40) for one in started]
    assert codes == [0, 0, 0]
