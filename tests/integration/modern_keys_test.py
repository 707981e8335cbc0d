"""The keys that seal requestState: a state expires, survives a rotation and a restart, and ends with its key."""

import signal

import pytest
from mcp.deadline import wait_until
from mcp.modern import EVERYTHING, Modern

FORM = {"action": "accept", "content": {"name": "Ada"}}
A, B, C = (f"{name}:" + "".join(f"{(start + 7 * n) % 256:02x}" for n in range(32))
           for name, start in (("a", 1), ("b", 2), ("c", 3)))


def asked(client):
    """A request that may be retried, with the answer."""
    result = client.tool("ask", what="form")
    return {"name": "ask", "arguments": {"what": "form"}, "inputResponses": {"form": FORM},
            "requestState": result["requestState"]}


def accepts(client, params):
    exchange = client.start("tools/call", params)
    answer = exchange.answer()
    assert "result" in answer or (exchange.status, answer["error"]["code"]) == (200, -32602), answer
    return "result" in answer


@pytest.fixture
def keys(tmp_path):
    """Writes the file of keys; returns its path."""
    path = tmp_path / "keys"

    def write(*lines):
        path.write_text("# the first one seals\n" + "\n".join(lines) + "\n")
        path.chmod(0o600)
        return str(path)

    return write


def reload(server, expect):
    server.terminate(signal.SIGHUP)
    server.wait_log(expect)


def test_a_state_expires(serve):
    client = Modern(serve({"request_state": {"ttl_ms": 1000}}), EVERYTHING)
    params = asked(client)
    assert accepts(client, params)
    wait_until(lambda: not accepts(client, params), "it is too old")
    assert accepts(client, asked(client))


def test_a_restart_ends_states_of_a_random_key(serve):
    before = serve()
    params = asked(Modern(before, EVERYTHING))
    before.stop()
    assert not accepts(Modern(serve(), EVERYTHING), params)


def test_a_key_of_a_file_outlives_the_process_and_serves_several(serve, keys):
    config = {"request_state": {"key_file": keys(A)}}
    before, beside = serve(config), serve(config)
    params = asked(Modern(before, EVERYTHING))
    assert accepts(Modern(beside, EVERYTHING), params)
    before.stop()
    assert accepts(Modern(serve(config), EVERYTHING), params)


def test_rotation_ends_nothing_that_is_still_good(serve, keys):
    server = serve({"request_state": {"key_file": keys(A)}})
    client = Modern(server, EVERYTHING)
    old = asked(client)
    keys(B, A)
    reload(server, "SIGHUP: 2 keys; b seals")
    new = asked(client)
    assert accepts(client, old) and accepts(client, new)
    keys(B)
    reload(server, "SIGHUP: 1 keys; b seals")
    wait_until(lambda: not accepts(client, old), "its key is gone")
    assert accepts(client, new)
    keys(C)
    reload(server, "SIGHUP: 1 keys; c seals")
    wait_until(lambda: not accepts(client, new), "its key is gone too")


@pytest.mark.parametrize("lines", [["a"], ["a:12"], [A, A], [":" + "12" * 32], ["a:" + "00" * 32], []])
def test_a_mistake_in_the_file_changes_nothing(serve, keys, lines):
    server = serve({"request_state": {"key_file": keys(A)}})
    server.expected_errors += ["request_state.key_file", "nothing was changed"]
    client = Modern(server, EVERYTHING)
    params = asked(client)
    keys(*lines)
    reload(server, "nothing was changed")
    assert accepts(client, params)
    assert A[2:10] not in server.log()


@pytest.mark.parametrize("lines", [["a"], ["a:12"], [A, A], []])
def test_a_mistake_in_the_file_ends_the_start(serve, keys, lines):
    server = serve({"request_state": {"key_file": keys(*lines)}}, wait=False)
    code, _ = server.wait_exit()
    server.abandon()
    assert code == 2
    assert "key_file" in server.log()
