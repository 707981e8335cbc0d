"""Standard input and output: when the process ends, what it opens beside them, and for how long."""

import os
import signal
import subprocess
import time

import pytest
from gate import new_key, waiting
from mcp.deadline import SLOWNESS, wait_until
from mcp.lines import StdioServer
from mcp.process import descriptors
from mcp.server import Server
from mcp.session import Session
from stdio_test import ping


# -- the end -------------------------------------------------------------------------------------


def test_at_the_end_of_input_the_process_ends_soon(start):
    client = start()
    client.initialize()
    client.close_input()
    code, took = client.wait_exit()
    assert code == 0 and took < 1 * SLOWNESS, (code, took)


@pytest.mark.parametrize("modern", [False, True])
def test_what_was_read_is_answered_before_the_end(start, modern, tmp_path):
    client = start()
    client.initialize()
    go = tmp_path / "go"
    request = client.start_tool("wait_file", {"path": str(go)}, modern=modern)
    client.call("ping")
    client.close_input()
    wait_until(lambda: "stopping" in client.log(), "the end of input was seen")
    go.write_text("")
    assert "result" in client.response(request)
    code, took = client.wait_exit()
    assert code == 0 and took < 1 * SLOWNESS


def test_a_call_that_does_not_end_is_ended_at_the_limit(test_binary, tmp_path):
    client = StdioServer(test_binary, tmp_path / "server", config={"shutdown": {"limit_ms": 300}})
    client.initialize()
    client.start_tool("wait", {"key": new_key()})
    client.call("ping")
    client.close_input()
    client.rest()
    assert client.wait_exit()[0] == 0
    client.end()


def test_sigterm_lets_calls_finish(start, tmp_path):
    client = start()
    client.initialize()
    go = tmp_path / "go"
    request = client.start_tool("wait_file", {"path": str(go)})
    client.call("ping")
    client.terminate()
    wait_until(lambda: "draining" in client.log(), "it drains")
    go.write_text("")
    assert "result" in client.response(request)
    assert client.wait_exit()[0] == 0


def test_a_closed_output_ends_the_process(start):
    client = start()
    client.initialize()
    os.close(client.reader)
    client.reader = -1
    code, took = client.wait_exit()
    assert code == 0 and took < 1 * SLOWNESS


def test_writing_to_a_closed_output_does_not_kill(start):
    client = start()
    client.initialize()
    client.start_tool("steps", {"count": 3})
    os.close(client.reader)
    client.reader = -1
    try:
        for i in range(1000):
            client.send(ping(i))
    except BrokenPipeError:
        pass
    assert client.wait_exit()[0] == 0


def test_a_closed_input_descriptor_is_told(test_binary):
    done = subprocess.run(["sh", "-c", f"exec {test_binary} --stdio <&-"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "standard input" in done.stderr


# -- beside it -----------------------------------------------------------------------------------


def test_no_port_unless_it_is_named(start, product):
    client = start()
    client.initialize()
    assert "http://" not in client.log()
    inodes = {one[8:-1] for one in descriptors(client.process.pid) if one.startswith("socket:")}
    with open("/proc/net/tcp") as table:
        assert not any(row.split()[9] in inodes for row in table.readlines()[1:])


def test_a_port_beside_it(start):
    client = start(arguments=["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
    client.initialize()
    log = wait_until(lambda: client.log() if "listening on" in client.log() else None, "it listens")
    assert "listening on standard input and output" in log
    view = Server("", client.folder)  # only to read addresses and metrics
    view.process = client.process
    view._wait_ready()
    session = Session(view.address, path=view.path)
    session.initialize()
    assert view.metric("troupe_connections", transport="stdio") == 1
    assert view.metric("troupe_sessions_opened_total", transport="stdio") == 1
    client.close_input()
    assert client.wait_exit()[0] == 0


def test_its_session_is_never_idle(start):
    client = start(config={"timeouts": {"session_idle_timeout_ms": 1000,
                                        "session_idle_timeout_with_stream_ms": 1000}})
    client.initialize()
    end = time.monotonic() + 2
    wait_until(lambda: time.monotonic() > end, "two seconds")
    assert client.call("ping") == {}


def test_a_second_signal_ends_at_once(test_binary, tmp_path):
    client = StdioServer(test_binary, tmp_path / "server")
    client.initialize()
    key = new_key()
    client.start_tool("wait", {"key": key})
    wait_until(lambda: key in waiting(client), "the call waits")
    client.terminate()
    wait_until(lambda: "draining" in client.log(), "it drains")
    client.terminate()
    assert client.wait_exit()[0] == 128 + signal.SIGTERM
    client.close()
