"""A client's trace reaches the handler and the log lines of its request; what is malformed is as if it were not there."""

import pytest
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.session import Session

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def ask(client, tool, **trace):
    message = client.message("tools/call", {"name": tool, "arguments": {}})
    message["params"]["_meta"].update(trace)
    return client.post(message)


def test_the_handler_gets_the_trace(server):
    exchange = ask(Modern(server), "tell_trace", traceparent=PARENT, tracestate="a=1", baggage="user=7")
    assert exchange.text() == f"{PARENT} a=1 user=7"


def test_legacy_clients_may_have_one_too(session):
    message = session.message("tools/call", {"name": "tell_trace", "arguments": {},
                                             "_meta": {"traceparent": PARENT}})
    assert session.post(message).text() == f"{PARENT}  "


@pytest.mark.parametrize("broken", ["", "00-1-2-01", PARENT.upper(), PARENT + "-x", 7, {"a": 1}])
def test_a_malformed_one_is_left_out(server, broken):
    assert ask(Modern(server), "tell_trace", traceparent=broken, tracestate="a=1").text() == "  "


def test_the_log_line_of_a_failure_names_the_trace(serve):
    server = serve()
    server.expected_errors += ["incident="]
    with pytest.raises(RpcError):
        ask(Modern(server), "throw_exception", traceparent=PARENT).result()
    wait_until(lambda: f"trace_id={TRACE}" in server.log(), "the log names the trace")
    line = next(line for line in server.log().splitlines() if TRACE in line)
    assert "incident=" in line and "throw_exception" in line


def test_without_a_trace_the_line_has_none(serve):
    server = serve()
    server.expected_errors += ["incident="]
    with pytest.raises(RpcError):
        Session.open(server).tool("throw_exception")
    wait_until(lambda: "incident=" in server.log(), "the log tells the failure")
    assert "trace_id" not in server.log()
