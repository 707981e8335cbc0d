"""Messages as lines over a Unix domain socket: many clients, one file."""

import json
import os
import re
import socket
import stat
import subprocess

import pytest
from gate import cancelled, new_key, waiting
from mcp.deadline import PATIENCE, wait_until
from mcp.lines import connect_unix
from mcp.modern_schema import SUBSCRIPTION_ID
from mcp.server import Server, merged


class UnixServer(Server):
    """A server whose MCP endpoint is a socket in its folder."""

    def _wait_ready(self):
        self.socket = self.wait_log(r"listening on unix:(\S+)")[1]
        admin = self.wait_log(r"metrics and health on http://127\.0\.0\.1:(\d+)")
        self.admin = ("127.0.0.1", int(admin[1]))

    def client(self):
        return connect_unix(self.socket)


@pytest.fixture
def serve_unix(test_binary, tmp_path):
    started = []

    def start(config=None):
        place = {"listen": {"address": f"unix:{tmp_path / 'socket'}"}}
        one = UnixServer(test_binary, tmp_path / "server", merged(place, config or {}))
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.stop()


def test_clients_of_both_eras_at_once(serve_unix):
    server = serve_unix()
    assert stat.S_IMODE(os.stat(server.socket).st_mode) == 0o600
    old, new = server.client(), server.client()
    old.initialize()
    assert json.loads(old.tool_text("echo_arguments", a=1)) == {"a": 1}
    assert json.loads(new.tool_text("echo_arguments", modern=True, a=2)) == {"a": 2}
    assert server.metric("troupe_connections", transport="unix") == 2
    assert server.metric("troupe_sessions_opened_total", transport="unix") == 1
    old.close()
    new.close()
    wait_until(lambda: server.metric("troupe_connections", transport="unix") == 0, "both are gone")
    wait_until(lambda: server.metric("troupe_sessions") == 0, "the session ended with its connection")


def test_many_clients_and_calls(serve_unix):
    server = serve_unix()
    clients = [server.client() for _ in range(100)]
    for number, client in enumerate(clients):
        client.start_tool("echo_arguments", {"n": number}, request_id=number, modern=True)
    for number, client in enumerate(clients):
        assert json.loads(client.result(number)["content"][0]["text"]) == {"n": number}
    for client in clients:
        client.close()


def test_a_client_that_goes_away_cancels(serve_unix):
    server = serve_unix()
    stays = server.client()
    stays.initialize()
    for modern in (False, True):
        leaves = server.client()
        if not modern:
            leaves.initialize()
        key = new_key()
        leaves.start_tool("wait", {"key": key}, modern=modern)
        wait_until(lambda: key in waiting(stays), "the call waits")
        leaves.close()
        wait_until(lambda: key in cancelled(stays), "the handler was told")
    stays.close()


def test_a_client_that_only_stops_sending_gets_its_answers(serve_unix, tmp_path):
    server = serve_unix()
    client = server.client()
    go = tmp_path / "go"
    client.start_tool("wait_file", {"path": str(go)}, request_id=1, modern=True)
    socket.socket(fileno=os.dup(client.writer)).shutdown(socket.SHUT_WR)
    go.write_text("")
    assert [one["id"] for one in client.rest()] == [1]
    client.close()


def test_over_the_limit_a_client_is_told_and_closed(serve_unix):
    server = serve_unix({"limits": {"max_connections": 2}})
    first, second = server.client(), server.client()
    assert first.call("server/discover", modern=True) and second.call("server/discover", modern=True)
    third = server.client()
    refusal = third.rest()
    assert len(refusal) == 1 and "limit of connections" in refusal[0]["error"]["message"]
    third.close()
    first.close()

    def again():
        one = server.client()
        one.start("server/discover", request_id=1, modern=True)
        served = [one.read_message()]
        one.close()
        return "result" in served[0]

    wait_until(again, "there is room again")
    second.close()


def test_a_drain_ends_clients_in_good_order(serve_unix, tmp_path):
    server = serve_unix()
    idle, listening, busy = server.client(), server.client(), server.client()
    idle.initialize()
    listening.start("subscriptions/listen", {"notifications": {"toolsListChanged": True}},
                    request_id="s", modern=True)
    assert listening.next_notification()["params"]["_meta"][SUBSCRIPTION_ID] == "s"
    go = tmp_path / "go"
    busy.start_tool("wait_file", {"path": str(go)}, request_id="w", modern=True)
    assert busy.call("server/discover", modern=True)
    server.terminate()
    assert idle.rest() == []
    assert [one["id"] for one in listening.rest()] == ["s"]
    busy.start("server/discover", request_id="late", modern=True)
    assert "shutting down" in busy.response("late")["error"]["message"]
    go.write_text("")
    assert [one["id"] for one in busy.rest()] == ["w"]
    for one in (idle, listening, busy):
        one.close()
    assert server.wait_exit()[0] == 0


def test_the_file_goes_with_the_server(serve_unix):
    server = serve_unix({"listen": {"unix_mode": "0660"}})
    assert stat.S_IMODE(os.stat(server.socket).st_mode) == 0o660
    server.stop()
    assert not os.path.exists(server.socket)
    server.process = None


def test_the_socket_of_a_dead_server_is_replaced(serve_unix, tmp_path):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    assert path.exists()
    server = serve_unix()
    client = server.client()
    assert client.call("server/discover", modern=True)
    client.close()


def run_beside(binary, path):
    return subprocess.run([binary, "--listen", f"unix:{path}", "--admin", "off"],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_living_server_is_left_alone(serve_unix, test_binary):
    server = serve_unix()
    done = run_beside(test_binary, server.socket)
    assert done.returncode == 1
    assert "a server answers there" in done.stderr
    client = server.client()
    assert client.call("server/discover", modern=True)
    client.close()


@pytest.mark.parametrize("path, code, words", [
    ("relative", 2, "absolute path"),
    ("/" + "x" * 200, 2, "at most 107 bytes"),
    ("/no/such/folder/socket", 1, "No such file"),
    ("{file}", 1, "no socket"),
])
def test_other_paths_are_told(test_binary, tmp_path, path, code, words):
    file = tmp_path / "file"
    file.write_text("precious")
    done = run_beside(test_binary, path.replace("{file}", str(file)))
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert file.read_text() == "precious"


def test_a_wrong_mode_is_told(product, tmp_path):
    config = tmp_path / "config.json"
    config.write_text('{"listen": {"address": "unix:/tmp/x", "unix_mode": "0888"}}')
    done = subprocess.run([product, "--check-config", "--config", str(config)],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2 and re.search("listen.unix_mode.*octal", done.stderr)
