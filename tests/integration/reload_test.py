"""SIGHUP reads the configuration anew; a mistake in it changes nothing."""

import json
import signal

import pytest
from mcp.caller import RpcError
from mcp.session import Session


@pytest.fixture
def folders(tmp_path):
    made = [tmp_path / name for name in ("first", "second")]
    for folder in made:
        folder.mkdir()
        (folder / f"{folder.name}.txt").write_text(folder.name)
    return made


def reload(server, config, expect):
    """Writes the configuration (a value or text), sends SIGHUP, waits for a line of the log."""
    text = config if isinstance(config, str) else json.dumps({**server.config, **config})
    (server.folder / "config.json").write_text(text)
    server.terminate(signal.SIGHUP)
    server.wait_log(expect)


def directories(*folders):
    return {"resources": {"directories": [{"path": str(folder)} for folder in folders]}}


def uri(folder):
    return f"file://{folder}/{folder.name}.txt"


def test_directories_come_and_go(serve, product, folders):
    first, second = folders
    server = serve(directories(first), binary=product)
    session = Session.open(server)
    stream = session.open_stream()
    assert session.call("resources/read", {"uri": uri(first)})["contents"][0]["text"] == "first"
    reload(server, directories(second), "SIGHUP: done")
    stream.next_of("notifications/resources/list_changed")
    assert session.call("resources/read", {"uri": uri(second)})["contents"][0]["text"] == "second"
    with pytest.raises(RpcError) as gone:
        session.call("resources/read", {"uri": uri(first)})
    assert gone.value.code == -32002
    listed = [one["uri"] for one in session.call("resources/list")["resources"]]
    assert uri(second) in listed and uri(first) not in listed


def test_the_log_level_changes_at_once(serve, product):
    server = serve({"log": {"level": "info"}}, binary=product)
    session = Session.open(server)
    reload(server, {"log": {"level": "error"}}, "SIGHUP: log.level has changed")
    reload(server, {"log": {"level": "info"}}, "(?s)SIGHUP: log.level.*SIGHUP: done")
    assert session.call("ping") == {}


def test_what_needs_a_restart_is_said_and_not_done(serve, product):
    server = serve(binary=product)
    session = Session.open(server)
    reload(server, {"limits": {"max_sessions": 1}}, "limits.max_sessions has changed.*next start")
    assert Session.open(server).call("ping") == {}
    assert session.call("ping") == {}


@pytest.mark.parametrize("text, reason", [
    ("{", "config.json:1:"), ('{"log": {"levle": "info"}}', 'did you mean "level"'),
    ('{"resources": {"directories": [{"path": "/no/such/directory"}]}}', "/no/such/directory"),
])
def test_a_mistake_changes_nothing(serve, product, folders, text, reason):
    server = serve(directories(folders[0]), binary=product)
    server.expected_errors += ["SIGHUP", "config.json", "did you mean", "/no/such/directory"]
    session = Session.open(server)
    reload(server, text, reason)
    server.wait_log("nothing was changed|stay as they were")
    assert session.call("resources/read", {"uri": uri(folders[0])})["contents"][0]["text"] == "first"


def test_a_file_that_is_gone_changes_nothing(serve, product):
    server = serve(binary=product)
    server.expected_errors.append("config")
    session = Session.open(server)
    (server.folder / "config.json").unlink()
    server.terminate(signal.SIGHUP)
    server.wait_log("nothing was changed")
    assert session.call("ping") == {}
