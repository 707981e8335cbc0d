"""What a process takes that nobody uses; docs/decisions/0015-memory.md says where it goes."""

import pathlib
import re

import pytest

from mcp.deadline import wait_until

MEGABYTE = 1000 * 1000

# As ps shows it. The release build took 6.4 to 6.9 MB when this was written.
MOST_RSS = 12 * MEGABYTE

# The address space that the shadow memory of a sanitizer needs.
A_TERABYTE = MEGABYTE * MEGABYTE


def bytes_of(pid, name):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024


def test_an_idle_process_takes_little(serve, product):
    server = serve(binary=product)
    pid = server.process.pid
    if bytes_of(pid, "VmSize") > A_TERABYTE:
        pytest.skip("a sanitizer's memory is counted too")
    # The start gives its pages back right after it has said that it listens.
    wait_until(
        lambda: bytes_of(pid, "VmRSS") <= MOST_RSS,
        f"an RSS of at most {MOST_RSS / MEGABYTE:.0f} MB",
    )
    assert server.admin_get("/healthz").status == 200
