"""A server with few file descriptors serves what it can and lives on."""

import json
import resource

from mcp.deadline import wait_until
from mcp.session import Session
from mcp.wire import Closed


def limited(serve, descriptors, config=None):
    server = serve(config, descriptors=descriptors)
    assert "open files allows only" in server.log()
    return server


def test_limits_are_fitted_to_the_descriptors(serve):
    server = limited(serve, 256)
    limit = server.metric("troupe_limit", limit="connections")
    assert 10 < limit < 256
    session = Session.open(server)
    kept, refused = [], 0
    for _ in range(300):
        connection = server.connect()
        try:
            connection.request("POST", server.path, session.headers(), session.message("ping"))
            response = connection.read_response()
        except (Closed, ConnectionError):
            continue
        if response.status == 503:
            assert "connections" in json.loads(response.body)["error"]["message"]
            refused += 1
            connection.close()
        else:
            kept.append(connection)
    assert refused > 0
    assert len(kept) <= limit
    assert server.admin_get("/healthz").status == 200
    for connection in kept:
        connection.close()
    wait_until(lambda: server.metric("troupe_connections") == 0, "all are closed")
    assert session.call("ping") == {}
    assert server.open_files() < 100


def test_the_own_limit_is_raised_to_what_the_system_allows(serve):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = serve(descriptors=(256, min(hard, 4096)))
    assert server.metric("troupe_limit", limit="connections") > 256
    assert soft <= hard
