"""The command line is a contract; a wrong configuration ends the start and says how to repair it."""

import json
import subprocess

import pytest
from mcp.deadline import PATIENCE
from mcp.server import Server
from mcp.session import Session


def run(binary, *arguments, text=None, tmp_path=None):
    """Runs the binary to its end; with `text`, that is the configuration file."""
    command = [binary, *arguments]
    if text is not None:
        path = tmp_path / "troupe.json"
        path.write_text(text)
        command += ["--config", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_help_names_every_option(product):
    done = run(product, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for option in ("--config", "--listen", "--admin", "--check-config",
                   "--print-config", "--version", "--help"):
        assert option in done.stdout


def test_version(product):
    done = run(product, "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("troupe 0."), done.stdout


@pytest.mark.parametrize("arguments", [
    ["--no-such-option"], ["--listen", "nonsense"], ["--listen", "127.0.0.1:99999"],
    ["--listen", "localhost:8000"], ["--config"], ["argument"],
    ["--config", "/no/such/file.json"], ["--config", "/"],
])
def test_bad_usage_exits_with_2_and_says_why(product, arguments):
    done = run(product, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr) > 20


@pytest.mark.parametrize("text, path, words", [
    ('{"listen": {"prot": 1}}', "listen.prot", ['did you mean "port"']),
    ('{"lisen": {}}', "lisen", ['did you mean "listen"']),
    ('{"listen": {"page_size": 1}}', "listen.page_size", ["limits.page_size"]),
    ('{"listen": {"port": 70000}}', "listen.port", ["0 to 65535", "70000"]),
    ('{"listen": {"port": "8000"}}', "listen.port", ["whole number", '"8000"']),
    ('{"listen": {"port": 1.5}}', "listen.port", ["whole number"]),
    ('{"listen": {"port": null}}', "listen.port", ["whole number"]),
    ('{"listen": {"port": -1}}', "listen.port", ["-1"]),
    ('{"listen": []}', "listen", ["an object"]),
    ('[]', "", ["object"]),
    ('{"listen": {"port": 1, "port": 2}}', "listen.port", ["twice"]),
    ('{"listen": {"address": "localhost"}}', "listen.address", ["address"]),
    ('{"listen": {"allowed_hosts": ["a b"]}}', "listen", ["a b"]),
    ('{"listen": {"allowed_origins": ["nonsense"]}}', "listen", ["nonsense"]),
    ('{"listen": {"path": "mcp"}}', "listen.path", ["/mcp"]),
    ('{"log": {"level": "dbug"}}', "log.level", ['did you mean "debug"', "warning"]),
    ('{"timeouts": {"answer_timeout_ms": 1000}}', "timeouts.answer_timeout_ms", ["at least"]),
    ('{"resources": {"directories": ["/tmp"]}}', "resources.directories", []),
    ('{"resources": {"directories": [{"path": "relative"}]}}', "resources.directories",
     ["absolute"]),
    ('{"limits": {"max_body_bytes": 0}}', "limits.max_body_bytes", ["bytes"]),
    ('{"admin": {"enabled": "yes"}}', "admin.enabled", ["true or false"]),
])
def test_a_wrong_configuration_exits_with_2(product, tmp_path, text, path, words):
    for arguments in ([], ["--check-config"]):
        done = run(product, *arguments, text=text, tmp_path=tmp_path)
        assert done.returncode == 2, done
        for word in [path, *words]:
            assert word in done.stderr, done.stderr


def test_every_fault_is_told_at_once_and_where(product, tmp_path):
    text = '{\n  // a comment\n  "listen": {"prot": 1},\n  "log": {"level": "loud"},\n}\n'
    done = run(product, "--check-config", text=text, tmp_path=tmp_path)
    assert done.returncode == 2
    assert "troupe.json:3:" in done.stderr and "troupe.json:4:" in done.stderr


@pytest.mark.parametrize("text", ["{", '{"listen": }', "", "nonsense", '{"listen": {}} x', '{"a": "\\x"}'])
def test_what_is_no_json_is_told_with_its_line(product, tmp_path, text):
    done = run(product, "--check-config", text=text, tmp_path=tmp_path)
    assert done.returncode == 2
    assert "troupe.json:1:" in done.stderr, done.stderr


def test_check_config_says_nothing_against_a_good_one(product, tmp_path):
    text = '{\n  // comments and trailing commas are allowed\n  "listen": {"port": 0,},\n}'
    done = run(product, "--check-config", text=text, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr


def test_warnings_go_to_stderr_only(product, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret that only the tests know")
    secret.chmod(0o644)
    text = json.dumps({"cluster": {"name": "x", "address": "10.77.0.1", "secret_file": str(secret)}})
    checked = run(product, "--check-config", text=text, tmp_path=tmp_path)
    assert checked.returncode == 0
    assert checked.stdout.startswith("OK: ") and checked.stdout.count("\n") == 1, checked.stdout
    assert checked.stderr.count("without TLS") == checked.stderr.count("chmod 600") == 1, checked.stderr
    printed = run(product, "--print-config", text=text, tmp_path=tmp_path)
    assert printed.returncode == 0
    assert "without TLS" not in printed.stdout and printed.stdout.startswith("{"), printed.stdout


def test_print_config_is_complete_and_can_be_read_back(product, tmp_path):
    first = run(product, "--print-config", text='{"listen": {"port": 4711}}', tmp_path=tmp_path)
    assert first.returncode == 0
    second = run(product, "--print-config", text=first.stdout, tmp_path=tmp_path)
    assert second.returncode == 0, second.stderr
    assert first.stdout == second.stdout
    assert "4711" in first.stdout
    for key in ("max_sessions", "keep_alive_ms", "limit_ms", "max_restarts"):
        assert key in first.stdout


def test_overrides_win_over_the_file(product, tmp_path):
    text = '{"listen": {"port": 1}, "admin": {"port": 2}}'
    done = run(product, "--print-config", "--listen", "[::1]:4711", "--admin", "127.0.0.1:4712",
               text=text, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "4711" in done.stdout and "4712" in done.stdout and '"::1"' in done.stdout


def test_the_shipped_configuration_is_good(product):
    from conftest import _ROOT

    done = run(product, "--check-config", "--config", str(_ROOT / "configs" / "troupe.json"))
    assert done.returncode == 0, done.stderr
    schema = json.loads((_ROOT / "configs" / "troupe.schema.json").read_text())
    assert schema["type"] == "object"


def test_a_port_in_use_is_told(product, serve, tmp_path):
    server = serve(binary=product)
    host, port = server.address
    done = run(product, "--listen", f"{host}:{port}", "--admin", "127.0.0.1:0")
    assert done.returncode == 1
    assert str(port) in done.stderr and "use" in done.stderr.lower()


def test_ipv6_and_the_admin_switch(product, tmp_path):
    server = Server(product, tmp_path, {"listen": {"address": "::1"}, "admin": {"enabled": False}})
    server.start()
    assert Session.open(server).call("ping") == {}
    server.stop()


def test_no_stdout_and_a_line_that_tells_where(product, tmp_path):
    server = Server(product, tmp_path).start()
    host, port = server.address
    assert f"listening on http://{host}:{port}/mcp" in server.log()
    server.stop()
