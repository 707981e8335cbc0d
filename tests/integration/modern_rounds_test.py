"""Multi round-trip requests: a handler asks, the client comes back with answers and the sealed state. One
handler serves both eras. A state is good for the request it was made for, and for no other."""

import json

import pytest
from mcp.caller import RpcError
from mcp.modern import EVERYTHING, Modern
from mcp.session import Session

FORM = {"action": "accept", "content": {"name": "Ada"}}
SAMPLE = {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "none"}
ROOTS = {"roots": [{"uri": "file:///a", "name": "a"}]}
ANSWERS = {"elicitation/create": FORM, "sampling/createMessage": SAMPLE, "roots/list": ROOTS}


@pytest.fixture
def able(server):
    """A client that can answer everything."""
    return Modern(server, EVERYTHING)


def answer_all(result, answers=None):
    """What a client sends with its retry."""
    known = {**ANSWERS, **(answers or {})}
    responses = {key: known[request["method"]] for key, request in result["inputRequests"].items()}
    retry = {"inputResponses": responses}
    if "requestState" in result:
        retry["requestState"] = result["requestState"]
    return retry


def run_modern(client, method, params, answers=None):
    """Sends a request and answers what it asks; returns (final result, rounds)."""
    retry, rounds = {}, []
    while True:
        result = client.call(method, {**params, **retry})
        if result["resultType"] == "complete":
            return result, rounds
        rounds.append(result)
        assert len(rounds) < 10
        retry = answer_all(result, answers)


def run_legacy(session, method, params, answers=None):
    """The same with a session, whose server asks on the call's own stream."""
    known = {**ANSWERS, **(answers or {})}
    call = session.start(method, params)
    asked = []
    while True:
        message = call.next()
        if "method" not in message:
            call.stream and call.stream.stream.wait_end()
            return message["result"], asked
        asked.append(message)
        session.respond(message, known[message["method"]])


def text_of(result):
    block = result["content"][0] if "content" in result else (
        result["messages"][0]["content"] if "messages" in result else result["contents"][0])
    return block["text"]


# -- one handler, both eras ----------------------------------------------------------------------------

@pytest.mark.parametrize("method, params", [
    *[("tools/call", {"name": "ask", "arguments": {"what": what}})
      for what in ("form", "url", "sampling", "roots", "two")],
    ("tools/call", {"name": "ask_thrice", "arguments": {}}),
    ("tools/call", {"name": "ask_inline", "arguments": {}}),
    ("tools/call", {"name": "ask_actor", "arguments": {}}),
    ("prompts/get", {"name": "ask_prompt", "arguments": {"topic": "x"}}),
    ("resources/read", {"uri": "test://ask"}),
])
def test_one_handler_serves_both_eras(server, able, method, params):
    session = Session.open(server, capabilities=EVERYTHING)
    url = {"elicitation/create": {"action": "accept"}} if params.get("arguments") == {"what": "url"} else {}
    modern, rounds = run_modern(able, method, params, url)
    legacy, asked = run_legacy(session, method, params, url)
    assert text_of(modern) == text_of(legacy)
    assert rounds and sum(len(r["inputRequests"]) for r in rounds) == len(asked)
    wanted = [request for r in rounds for request in r["inputRequests"].values()]
    assert sorted(r["method"] for r in wanted) == sorted(r["method"] for r in asked)
    session.delete()


def test_the_state_changes_each_round(able):
    _, rounds = run_modern(able, "tools/call", {"name": "ask_thrice", "arguments": {}})
    states = [r["requestState"] for r in rounds]
    assert len(rounds) == 3 and len(set(states)) == 3
    assert [list(r["inputRequests"]) for r in rounds] == [["first"], ["second"], ["third"]]


def test_two_equal_requests_get_different_states(able):
    assert able.tool("ask")["requestState"] != able.tool("ask")["requestState"]


def test_the_state_tells_nothing(able):
    """Neither the handler's own state nor the question can be read in it."""
    import base64
    state = able.tool("ask", what="form")["requestState"]
    raw = base64.urlsafe_b64decode(state.split(".")[-1] + "==")
    for word in (b"asked", b"form", b"name"):
        assert word not in raw and word not in state.encode()


def test_the_answer_may_come_on_another_connection_and_thread(serve):
    server = serve({"listen": {"io_threads": 4}})
    first = Modern(server, EVERYTHING)
    for _ in range(16):
        result = first.tool("ask", what="form")
        final = Modern(server, EVERYTHING).start_tool("ask", {"what": "form"}, answer_all(result)).text()
        assert json.loads(final) == {"form": FORM, "state": "asked form"}


# -- answers -------------------------------------------------------------------------------------------

def retry(client, result, responses, arguments=None):
    return client.start_tool("ask", arguments or {"what": "form"}, {
        "inputResponses": responses, "requestState": result["requestState"]}).result()


@pytest.mark.parametrize("responses", [
    {}, {"other": FORM}, {"form": 12345}, {"form": None}, {"form": "accept"}, {"form": []}, {"form": {}},
    {"form": {"action": "perhaps"}}, {"form": SAMPLE}, {"form": ROOTS},
    {"form": {"action": 7, "content": {}}},
])
def test_what_is_no_answer_is_asked_again(able, responses):
    first = able.tool("ask", what="form")
    again = retry(able, first, responses)
    assert again["resultType"] == "input_required"
    assert again["inputRequests"] == first["inputRequests"]
    assert json.loads(text_of(retry(able, again, {"form": FORM})))["form"] == FORM


@pytest.mark.parametrize("responses", [None, 7, "x", [], [FORM]])
def test_answers_of_a_wrong_shape_are_asked_again_or_refused(able, responses):
    first = able.tool("ask", what="form")
    try:
        assert retry(able, first, responses)["resultType"] == "input_required"
    except RpcError as refused:
        assert refused.code == -32602


def test_extra_answers_are_ignored(able):
    first = able.tool("ask", what="form")
    more = {"form": FORM, "other": FORM, "number": 7, "sampling": SAMPLE}
    assert json.loads(text_of(retry(able, first, more))) == {"form": FORM, "state": "asked form"}


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_declining_is_an_answer(able, action):
    first = able.tool("ask", what="form")
    assert json.loads(text_of(retry(able, first, {"form": {"action": action}})))["form"] == {"action": action}


def test_half_of_the_answers_is_not_enough(able):
    first = able.tool("ask", what="two")
    assert set(first["inputRequests"]) == {"form", "sampling"}
    again = retry(able, first, {"form": FORM}, {"what": "two"})
    assert again["resultType"] == "input_required"
    assert json.loads(text_of(retry(able, again, {"form": FORM, "sampling": SAMPLE}, {"what": "two"})))


# -- capabilities --------------------------------------------------------------------------------------

@pytest.mark.parametrize("declared, what, works", [
    ({"elicitation": {}}, "form", True), ({"elicitation": {"form": {}}}, "form", True),
    ({"elicitation": {"url": {}}}, "form", False), ({"elicitation": {"url": {}}}, "url", True),
    ({"elicitation": {}}, "url", False), ({"elicitation": {"form": {}}}, "url", False),
    ({"sampling": {}}, "sampling", True), ({"sampling": {}}, "form", False),
    ({"roots": {}}, "roots", True), ({"roots": {"listChanged": True}}, "roots", True),
    ({}, "roots", False), ({"elicitation": {}}, "two", False),
])
def test_only_what_this_request_declares_is_asked(server, declared, what, works):
    client = Modern(server, declared)
    exchange = client.start_tool("ask", {"what": what})
    answer = exchange.answer()
    if works:
        assert answer["result"]["resultType"] == "input_required"
    else:
        assert (exchange.status, answer["error"]["code"]) == (400, -32021)
        assert answer["error"]["data"]["requiredCapabilities"]


def test_nothing_is_remembered_of_an_earlier_request(server, able):
    with server.connect() as connection:
        assert able.start_tool("ask", {"what": "form"}, connection=connection).result()
        answer = able.start_tool("ask", {"what": "form"}, connection=connection, capabilities={}).answer()
        assert answer["error"]["code"] == -32021


# -- states that are refused ---------------------------------------------------------------------------

def refused(client, method, params):
    exchange = client.start(method, params)
    error = exchange.answer()["error"]
    assert (exchange.status, error["code"]) == (200, -32602), error
    assert "requestState" in error["message"] or "state" in error["message"], error
    return error["message"]


def asked(client, arguments=None):
    arguments = arguments or {"what": "form"}
    result = client.tool("ask", **arguments)
    return {"name": "ask", "arguments": arguments, **answer_all(result)}


def test_a_state_is_good_for_its_request_only(able):
    params = asked(able)
    others = [
        ("tools/call", {**params, "name": "ask_thrice"}),
        ("tools/call", {**params, "arguments": {"what": "two"}}),
        ("tools/call", {**params, "arguments": {"what": "form", "more": 1}}),
        ("tools/call", {**params, "arguments": {}}),
        ("tools/call", {key: value for key, value in params.items() if key != "arguments"}),
        ("prompts/get", {**params, "name": "ask_prompt", "arguments": {"topic": "x"}}),
        ("resources/read", {**params, "uri": "test://ask"}),
    ]
    messages = {refused(able, method, wrong) for method, wrong in others}
    assert len(messages) == 1, "all are refused alike, so that nobody learns why"
    assert text_of(able.call("tools/call", params))


def test_the_order_of_arguments_does_not_matter(able):
    params = asked(able, {"what": "form", "more": {"a": 1, "b": [1, 2]}})
    params["arguments"] = {"more": {"b": [1, 2], "a": 1}, "what": "form"}
    assert text_of(able.call("tools/call", params))


@pytest.mark.parametrize("change", [
    lambda s: s + "-TAMPERED", lambda s: s[:-1], lambda s: s[1:], lambda s: s + "=", lambda s: s + "A",
    lambda s: s + "\n", lambda s: " " + s, lambda s: "", lambda s: "x", lambda s: s * 2,
    lambda s: s[: len(s) // 2] + ("A" if s[len(s) // 2] != "A" else "B") + s[len(s) // 2 + 1:],
    lambda s: s[::-1], lambda s: s.swapcase(), lambda s: "ü" + s, lambda s: "A" * 100_000,
])
def test_a_tampered_state_is_refused(able, change):
    params = asked(able)
    params["requestState"] = change(params["requestState"])
    refused(able, "tools/call", params)


@pytest.mark.parametrize("state", [7, None, {}, [], True])
def test_a_state_that_is_no_text_is_refused(able, state):
    params = {**asked(able), "requestState": state}
    with pytest.raises(RpcError) as wrong:
        able.call("tools/call", params)
    assert wrong.value.code == -32602


def test_every_flipped_bit_is_refused(server, able):
    """A few of them here, on the wire; all of them in protocol/request_state_test."""
    params = asked(able)
    state = params["requestState"]
    with server.connect() as connection:
        for index in range(0, len(state), 7):
            changed = chr(ord(state[index]) ^ 1)
            wrong = {**params, "requestState": state[:index] + changed + state[index + 1:]}
            error = able.start("tools/call", wrong, connection=connection).answer()["error"]
            assert error["code"] == -32602


def test_a_state_of_another_process_is_refused(serve):
    one, two = Modern(serve(), EVERYTHING), Modern(serve(), EVERYTHING)
    refused(two, "tools/call", asked(one))


def test_a_state_may_be_used_again_for_the_same_request(able):
    """Nothing is kept between the rounds; a client that lost the answer may ask once more."""
    params = asked(able)
    assert text_of(able.call("tools/call", params)) == text_of(able.call("tools/call", params))


def test_a_state_without_answers_is_asked_again(able):
    params = asked(able)
    del params["inputResponses"]
    assert able.call("tools/call", params)["resultType"] == "input_required"


@pytest.mark.parametrize("method, params", [
    ("tools/list", {}), ("server/discover", {}), ("prompts/list", {}),
    ("completion/complete", {"ref": {"type": "ref/prompt", "name": "plain"},
                             "argument": {"name": "x", "value": ""}})])
def test_methods_without_rounds_do_not_look_at_one(able, method, params):
    more = {"requestState": "anything", "inputResponses": {"form": FORM}}
    assert able.call(method, {**params, **more})["resultType"] == "complete"
