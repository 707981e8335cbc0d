"""The commands of README.md do what it says. Each line of a `bash` block is run here against a
server, or is a subcommand of ./dev that .ci/run runs; a line of another kind fails the test, so that
nothing can be written there that nobody runs."""

import json
import pathlib
import re
import shlex
import subprocess

import pytest
from mcp.server import Server

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_README = (_ROOT / "README.md").read_text()

# What .ci/run does not call by this name, and what stands in for it.
_STANDS_IN = {
    "serve": "tests/fresh_install runs it; here the binary runs with the same configuration",
    "build": "`./dev test` begins with it",
}


def commands():
    for block in re.findall(r"```bash\n(.*?)```", _README, re.DOTALL):
        for line in block.splitlines():
            line = line.split("  #")[0].split("     #")[0].strip()
            if line:
                yield line


CURLS = [one for one in commands() if one.startswith("curl ")]
BINARY = [one for one in commands() if one.startswith("build/release/troupe ")]
DEV = [one for one in commands() if one.startswith("./dev ")]


@pytest.fixture(scope="module")
def running(product, tmp_path_factory):
    one = Server(product, tmp_path_factory.mktemp("server")).start()
    yield one
    one.stop()


def test_there_is_no_other_kind_of_command():
    assert sorted(commands()) == sorted(CURLS + BINARY + DEV)
    assert len(CURLS) >= 3 and len(BINARY) >= 3 and len(DEV) >= 5


@pytest.mark.parametrize("line", CURLS)
def test_curl(running, line):
    line = line.replace("127.0.0.1:8000", "%s:%d" % running.address)
    line = line.replace("127.0.0.1:9464", "%s:%d" % running.admin)
    done = subprocess.run(shlex.split(line) + ["--max-time", "20", "--fail"], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    if "initialize" in line:
        head, _, body = done.stdout.partition("\n\n")
        assert "mcp-session-id:" in head.lower()
        assert json.loads(body)["result"]["serverInfo"]["name"] == "troupe"
    elif "metrics" in line:
        assert "troupe_connections{" in done.stdout


@pytest.mark.parametrize("line", BINARY)
def test_binary(product, line, tmp_path):
    words = shlex.split(line)
    words[0] = product
    if "--listen" in words:
        run_until_it_listens(words, tmp_path)
        return
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, cwd=_ROOT,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert done.stdout or "--stdio" in words


def run_until_it_listens(words, folder):
    """With a socket and a port of the test's own."""
    words[words.index("--listen") + 1] = f"unix:{folder}/socket"
    with subprocess.Popen([*words, "--admin", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True,
                          cwd=_ROOT) as process:
        while "listening on unix:" not in (said := process.stderr.readline()):
            assert said, "it ended before it listened"
        process.terminate()
        process.stderr.read()
    assert process.returncode == 0


@pytest.mark.parametrize("line", DEV)
def test_dev(line):
    name = shlex.split(line)[1]
    usage = subprocess.run([_ROOT / "dev"], capture_output=True, text=True, timeout=30)
    assert usage.returncode == 2
    assert re.search(rf"\b{name}\b", usage.stdout + usage.stderr)
    ci = (_ROOT / ".ci" / "run").read_text()
    assert f"\nstep {name}" in ci or name in _STANDS_IN, f"{line}: neither CI nor a test runs it"


def test_the_handler_in_readme_compiles():
    """The C++ block is the outside project of tests/packaging, word for word."""
    block = re.search(r"```cpp\n(.*?)```", _README, re.DOTALL)[1]
    outside = (_ROOT / "tests" / "packaging" / "outside" / "greet.cpp").read_text()
    assert block.strip() in outside
