"""A handler that fails, fails its own call and nothing else; the client learns an id to ask about and
nothing of the cause."""

import re

import pytest
from gate import hold, let_go
from mcp.caller import RpcError
from mcp.deadline import wait_until
from mcp.session import Session

INCIDENT = re.compile(r"incident[= ]([A-Za-z0-9_-]{8,})")
SECRET = "swordfish"
FAILING = ["throw_exception", "throw_number", "throw_inline", "wrong_kind", "actor_dies",
           "actor_throws", "actor_refuses", "actor_dies_for_good"]


@pytest.fixture(scope="module", autouse=True)
def errors_are_expected(server):
    server.expected_errors += ["incident="]


def incident_of(error):
    """The incident id in an error, wherever it says it."""
    text = error.message + " " + str(error.data)
    words = re.findall(r"[A-Za-z0-9_-]{12}", text)
    assert words, text
    return words


@pytest.mark.parametrize("tool", FAILING)
def test_the_failure_is_an_internal_error_with_an_incident_in_the_log(serve, tool):
    server = serve()
    server.expected_errors += ["incident=", "handler=actor_dies_for_good"]
    session, other = Session.open(server), Session.open(server)
    running = hold(other)
    exchange = session.start_tool(tool)
    with pytest.raises(RpcError) as failed:
        exchange.result()
    assert (exchange.status, failed.value.code) == (200, -32603)
    assert SECRET not in str(failed.value) + str(failed.value.data)
    candidates = incident_of(failed.value)
    wait_until(lambda: any(f"incident={word}" in server.log() for word in candidates),
               "the log knows the incident")
    line = next(line for line in server.log().splitlines()
                if any(f"incident={word}" in line for word in candidates))
    assert tool in line
    if tool in ("throw_exception", "throw_inline"):
        assert SECRET in line, "the operator sees the cause"
    let_go(session, running, "untouched")
    assert running.text() == "untouched"
    assert session.call("ping") == {}


def test_the_same_call_fails_again_with_another_incident(session):
    incidents = set()
    for _ in range(5):
        with pytest.raises(RpcError) as failed:
            session.tool("throw_exception")
        incidents.add(failed.value.message + str(failed.value.data))
    assert len(incidents) == 5


def test_an_actor_that_dies_is_started_again(serve):
    server = serve({"supervision": {"handler_max_restarts": 3}})
    server.expected_errors += ["incident=", "actor_dies"]
    session = Session.open(server)
    stream = session.open_stream()
    stream.next_event()
    for round_ in range(4):
        with pytest.raises(RpcError) as failed:
            session.tool("actor_dies")
        assert failed.value.code == -32603
        if round_ < 3:
            wait_until(lambda: server.metric("troupe_handler_restarts_total") == round_ + 1,
                       "the actor runs again")
    assert stream.next_of("notifications/tools/list_changed")
    names = [tool["name"] for tool in session.call("tools/list")["tools"]]
    assert "actor_dies" not in names and "actor_throws" in names
    with pytest.raises(RpcError) as unknown:
        session.tool("actor_dies")
    assert unknown.value.code == -32602


def test_an_actor_without_a_factory_leaves_the_catalog(serve):
    server = serve()
    server.expected_errors += ["incident=", "actor_dies_for_good"]
    session = Session.open(server)
    stream = session.open_stream()
    stream.next_event()
    with pytest.raises(RpcError):
        session.tool("actor_dies_for_good")
    assert stream.next_of("notifications/tools/list_changed")
    names = [tool["name"] for tool in session.call("tools/list")["tools"]]
    assert "actor_dies_for_good" not in names


def test_a_protocol_error_of_a_handler_reaches_the_client_as_it_is(session):
    with pytest.raises(RpcError) as refused:
        session.tool("refuse_arguments")
    assert (refused.value.code, refused.value.message) == (-32602, "arguments refused")
    assert refused.value.data == {"why": "a test"}


@pytest.mark.parametrize("method, params, code", [
    ("tools/call", {"name": "no_such_tool"}, -32602),
    ("tools/call", {"name": 7}, -32602),
    ("tools/call", {"name": "echo_arguments", "arguments": [1]}, -32602),
    ("tools/call", {}, -32602),
    ("tools/call", None, -32602),
    ("resources/read", {"uri": "test://no-such"}, -32002),
    ("resources/read", {"uri": 7}, -32602),
    ("resources/subscribe", {"uri": "test://no-such"}, -32002),
    ("prompts/get", {"name": "no_such_prompt"}, -32602),
    ("prompts/get", {"name": "greet"}, -32602),
    ("prompts/get", {"name": "greet", "arguments": {"name": 7}}, -32602),
    ("logging/setLevel", {"level": "loud"}, -32602),
    ("logging/setLevel", None, -32602),
    ("completion/complete", {}, -32602),
    ("no/such/method", None, -32601),
    ("server/discover", None, -32601),
    ("initialize ", None, -32601),
    ("", None, -32601),
    ("rpc.discover", {}, -32601),
])
def test_errors_of_the_protocol_have_their_codes(session, method, params, code):
    exchange = session.start(method, params)
    with pytest.raises(RpcError) as refused:
        exchange.result()
    assert (exchange.status, refused.value.code) == (200, code)
    if code == -32002:
        assert refused.value.data == {"uri": params["uri"]}
