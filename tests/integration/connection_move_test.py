"""A connection goes to the I/O thread of the session that it keeps asking for. Clients see nothing of it."""

import threading

import pytest
from certificates import Authority, client_context, tls_section
from mcp.deadline import wait_until
from mcp.session import Session

THREADS = 4
CONNECTIONS = 24
CALLS = 60


@pytest.fixture(params=["plain", "tls"])
def server(request, serve, tmp_path):
    settings = {"listen": {"io_threads": THREADS}}
    if request.param == "plain":
        return serve(settings)
    authority = Authority(tmp_path)
    return serve({**tls_section(authority.issue("server")), **settings}, tls=client_context(authority))


def ask(session, connection, text):
    exchange = session.start_tool("echo_inline", {"text": text}, connection=connection)
    assert text in exchange.text()
    assert exchange.reusable


def moved(server):
    return server.metric("troupe_connections_moved_total")


def wait_counted(server, count):
    wait_until(lambda: server.metric("troupe_connections") == count, "each connection is counted once")
    wait_until(lambda: server.metric("troupe_limit_used", limit="connections") == count, "each holds one slot")


def test_connections_move_and_no_request_is_lost(server):
    session = Session.open(server)
    connections = [session.connect() for _ in range(CONNECTIONS)]
    faults = []

    def use(number):
        try:
            for call in range(CALLS):
                ask(session, connections[number], f"call {call} of {number}")
        except Exception as error:  # noqa: BLE001: told by the main thread
            faults.append(error)

    users = [threading.Thread(target=use, args=(number,)) for number in range(CONNECTIONS)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert not faults, faults[0]

    went = moved(server)
    assert 0 < went <= CONNECTIONS, "each goes once at most, and where it was accepted is chance"
    for connection in connections:
        ask(session, connection, "still there")
    assert moved(server) == went, "all have come where their session is"
    wait_counted(server, CONNECTIONS)

    for connection in connections:
        connection.close()
    wait_counted(server, 0)


def test_requests_in_a_row_are_answered_in_order_wherever_the_connection_is(server):
    session = Session.open(server)
    for _ in range(8):
        connection = session.connect()
        for part in range(10):
            sent = [session.start_tool("echo_inline", {"text": f"{part}.{i}"}, connection=connection)
                    for i in range(7)]
            for i, exchange in enumerate(sent):
                assert f"{part}.{i}" in exchange.text()
        connection.close()


def test_at_the_limit_connections_are_served_where_they_are(serve):
    server = serve({"listen": {"io_threads": 2}, "limits": {"max_connections": 8}})
    session = Session.open(server)
    wait_counted(server, 0)
    connections = [session.connect() for _ in range(8)]
    for call in range(CALLS):
        for number, connection in enumerate(connections):
            ask(session, connection, f"call {call} of {number}")
    wait_counted(server, 8)
