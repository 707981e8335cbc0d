"""The admin endpoint: names by Prometheus' conventions, numbers that move, labels that stay bounded."""

import re

import pytest
from gate import hold, let_go
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.session import Session

NAME = re.compile(r"[a-z][a-z0-9_]*")
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*\})? (\S+)')
UNITS = ("_seconds", "_bytes", "_total", "_info", "_ratio", "_celsius")


def families(text):
    """name → type, checking that each family is declared once with HELP and TYPE."""
    types, helps = {}, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, what = line[7:].split(" ", 1)
            assert name not in helps and what.strip()
            helps[name] = what
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name not in types
            types[name] = kind
    assert set(types) == set(helps)
    return types


def test_the_format_is_prometheus_text(server):
    response = server.admin_get("/metrics")
    assert response.status == 200
    assert response.header("content-type").startswith("text/plain; version=0.0.4")
    text = response.body.decode()
    assert text.endswith("\n")
    types, seen = families(text), set()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        float(match[3])
        series = (match[1], match[2])
        assert series not in seen, f"twice: {line}"
        seen.add(series)
        base = re.sub(r"_(bucket|sum|count)$", "", match[1])
        assert match[1] in types or types.get(base) in ("histogram", "summary"), line


def test_names_follow_the_conventions(server):
    types = families(server.admin_get("/metrics").body.decode())
    for name, kind in types.items():
        assert NAME.fullmatch(name), name
        assert name.startswith(("troupe_", "process_")), name
        assert (kind == "counter") == name.endswith("_total") or name == "process_start_time_seconds"
        if kind == "histogram":
            assert name.endswith(("_seconds", "_bytes")), name
        assert not name.endswith(("_ms", "_milliseconds", "_kb", "_mb")), name
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
            "process_start_time_seconds", "troupe_build_info"} <= set(types)
    assert server.metric("troupe_build_info") == 1
    assert server.metric("process_open_fds") > 5


def increased(server, action, name, by=1, **labels):
    before = server.metric(name, **labels)
    action()
    wait_until(lambda: server.metric(name, **labels) >= before + by, f"{name} {labels} moved")


def test_connections_and_bytes_are_counted(server):
    def use():
        with server.connect() as connection:
            connection.request("GET", "/nowhere")
            connection.read_response()

    increased(server, use, "troupe_connections_accepted_total")
    increased(server, use, "troupe_received_bytes_total", 20)
    increased(server, use, "troupe_sent_bytes_total", 50)
    increased(server, use, "troupe_http_responses_total")
    increased(server, use, "troupe_connections_closed_total", reason="client_closed")
    with server.connect() as connection:
        connection.send(b"nonsense\r\n\r\n")
        connection.read_to_end()
    assert server.metric("troupe_parse_failures_total") >= 1


def test_sessions_requests_and_events_are_counted(server):
    made = []
    increased(server, lambda: made.append(Session.open(server)), "troupe_sessions_opened_total",
              revision="2025-11-25")
    session = made[0]
    sessions = server.metric("troupe_sessions")
    increased(server, lambda: session.call("ping"), "troupe_requests_total", method="ping",
              outcome="ok")
    increased(server, lambda: session.tool("echo_arguments"), "troupe_request_duration_seconds_count",
              method="tools/call")

    def fail():
        with pytest.raises(RpcError):
            session.tool("no_such_tool")

    increased(server, fail, "troupe_requests_total", method="tools/call", outcome="protocol_error")
    increased(server, lambda: session.start_tool("steps", {"count": 3}, progress_token=1).result(),
              "troupe_events_sent_total", 4)
    increased(server, lambda: session.notify("notifications/cancelled"),
              "troupe_notifications_received_total")
    call = hold(session)
    assert server.metric("troupe_calls_in_flight") == 1
    session.cancel(call.request_id)
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "the call is over")
    assert server.metric("troupe_requests_total", outcome="cancelled") == 1
    increased(server, session.delete, "troupe_sessions_ended_total", reason="deleted")
    wait_until(lambda: server.metric("troupe_sessions") == sessions - 1, "one less exists")


def test_latencies_add_up(server):
    session = Session.open(server)
    for _ in range(10):
        session.call("ping")
    values = server.metrics()
    buckets = {series: value for series, value in values.items()
               if series.startswith("troupe_request_duration_seconds_bucket")
               and 'method="ping"' in series}
    bounds = sorted((float(re.search(r'le="([^"]+)"', series)[1]), value)
                    for series, value in buckets.items())
    assert bounds[-1][0] == float("inf")
    counts = [value for _, value in bounds]
    assert counts == sorted(counts)
    assert counts[-1] == server.metric("troupe_request_duration_seconds_count", method="ping")
    total = server.metric("troupe_request_duration_seconds_sum", method="ping")
    assert 0 < total < 10
    session.delete()


def test_hostile_names_make_no_new_series(server):
    session = Session.open(server)
    session.tool("echo_arguments")
    before = set(server.metrics())
    for number in range(200):
        with pytest.raises(RpcError):
            session.call(f'hostile/{number}"\n{{}}')
        with pytest.raises(RpcError):
            session.tool(f"hostile-{number}")
        session.notify(f"notifications/hostile-{number}")
    with server.connect() as connection:
        for number in range(50):
            connection.request(f"HOSTILE{number}", f"/hostile{number}", {"Host": "localhost"})
            connection.read_response()
    new = {series for series in set(server.metrics()) - before}
    assert all("hostile" not in series.lower() for series in server.metrics())
    assert len(new) <= 40, new
    assert server.metric("troupe_requests_total", method="unknown") >= 200
    session.delete()


def test_limits_are_shown_with_their_use(server):
    def used():
        return server.metric("troupe_limit_used", limit="sessions")

    session = Session.open(server)
    wait_until(lambda: used() >= 1, "the session counts")
    before = used()
    assert server.metric("troupe_limit", limit="sessions") > before
    session.delete()
    # Threads show theirs once a tick: a session of the test before may have counted a moment too long.
    wait_until(lambda: used() < before, "its slot is back")


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/metrics", 200), ("GET", "/healthz", 200), ("GET", "/readyz", 200),
    ("HEAD", "/metrics", 200), ("GET", "/", 404), ("GET", "/mcp", 404), ("POST", "/metrics", 405),
    ("GET", "/metrics?name=x", 200), ("DELETE", "/healthz", 405),
])
def test_admin_paths_and_methods(server, method, path, status):
    from mcp.wire import Connection

    with Connection(server.admin) as connection:
        for _ in range(2):
            connection.request(method, path)
            response = connection.read_response(head_only=method == "HEAD")
            assert response.status == status
            if not response.keeps_alive:
                break


def test_the_admin_endpoint_refuses_what_is_malformed_as_well(server):
    from mcp.wire import Connection

    for bad in (b"nonsense\r\n\r\n", b"GET /metrics HTTP/1.1\r\n\r\n",
                b"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
        with Connection(server.admin) as connection:
            connection.send(bad)
            assert connection.read_response().status == 400
            assert connection.is_closed_by_server()


def test_gauges_return_to_zero(serve):
    server = serve()
    session = Session.open(server)
    stream = session.open_stream()
    stream.next_event()
    call = hold(session)
    let_go(session, call)
    call.text()
    session.delete()
    stream.close()
    for name in ("troupe_sessions", "troupe_streams", "troupe_calls_in_flight"):
        wait_until(lambda name=name: server.metric(name) == 0, f"{name} is 0")
