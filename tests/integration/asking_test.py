"""Handlers that ask the client: elicitation, sampling and roots, on the call's own stream."""

import json

import pytest
from mcp.deadline import wait_until
from mcp.session import Session

ALL = {"sampling": {}, "elicitation": {}, "roots": {"listChanged": True}}
FORM = {"action": "accept", "content": {"name": "Ada"}}
SAMPLE = {"role": "assistant", "content": {"type": "text", "text": "hi"}, "model": "m"}
ROOTS = {"roots": [{"uri": "file:///a", "name": "a"}]}
QUESTIONS = {"form": ("elicitation/create", FORM), "sampling": ("sampling/createMessage", SAMPLE),
             "roots": ("roots/list", ROOTS)}


@pytest.fixture
def client(server):
    session = Session.open(server, capabilities=ALL)
    yield session
    session.delete()


def ask(session, what, **more):
    return session.start_tool("ask", {"what": what}, **more)


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_goes_out_on_the_calls_stream_and_its_answer_comes_back(client, what):
    standalone = client.open_stream()
    call = ask(client, what)
    question = call.next()
    method, answer = QUESTIONS[what]
    assert question["method"] == method
    client.respond(question, answer)
    assert json.loads(call.text()) == {what: answer, "state": f"asked {what}"}
    client.delete()
    assert standalone.next() is None


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18"])
def test_older_revisions_can_be_asked_what_they_know(server, revision):
    session = Session.open(server, revision, ALL)
    for what in ("sampling", "roots") + (("form",) if revision == "2025-06-18" else ()):
        call = ask(session, what)
        method, answer = QUESTIONS[what]
        question = call.next()
        assert question["method"] == method
        session.respond(question, answer)
        assert json.loads(call.text())[what] == answer
    if revision != "2025-06-18":
        assert ask(session, "form").result()["isError"]
    session.delete()


def test_two_questions_are_asked_at_once_and_answered_in_any_order(client):
    call = ask(client, "two")
    first, second = call.next(), call.next()
    assert first["id"] != second["id"]
    for question in (second, first):
        client.respond(question, FORM if question["method"] == "elicitation/create" else SAMPLE)
    assert json.loads(call.text()) == {"form": FORM, "sampling": SAMPLE, "state": "asked two"}


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_declining_is_an_answer(client, action):
    call = ask(client, "form")
    client.respond(call.next(), {"action": action})
    assert json.loads(call.text())["form"] == {"action": action}


@pytest.mark.parametrize("capabilities, what", [
    ({}, "form"), ({}, "sampling"), ({}, "roots"), ({"sampling": {}}, "form"), ({}, "two"),
    ({"sampling": {}}, "two"), ({"elicitation": {}}, "url"), ({"elicitation": {"form": {}}}, "url"),
])
def test_a_client_is_not_asked_what_it_cannot(server, capabilities, what):
    session = Session.open(server, capabilities=capabilities)
    call = ask(session, what)
    result = call.result()
    assert result["isError"] and "capabilit" in result["content"][0]["text"]
    assert call.notifications == []
    session.delete()


def test_url_elicitation(server):
    session = Session.open(server, capabilities={"elicitation": {"url": {}}})
    call = ask(session, "url")
    question = call.next()
    assert question["params"]["mode"] == "url"
    assert question["params"]["url"] == "https://example.com/login"
    session.respond(question, {"action": "accept"})
    assert json.loads(call.text())["url"] == {"action": "accept"}
    assert ask(session, "form").result()["isError"]
    session.delete()


def test_an_error_as_answer_is_an_error_of_the_tool(client):
    call = ask(client, "sampling")
    client.respond_error(call.next(), -1, "user rejected sampling")
    result = call.result()
    assert result["isError"] and "user rejected sampling" in result["content"][0]["text"]


@pytest.mark.parametrize("what, wrong", [
    ("form", {}), ("form", {"action": "maybe"}), ("form", {"action": "accept", "content": 7}),
    ("sampling", {}), ("sampling", {"role": "assistant", "model": "m"}), ("roots", {}),
    ("roots", {"roots": {}}), ("roots", {"roots": [{}]}),
])
def test_a_wrong_answer_is_an_error_of_the_tool(client, what, wrong):
    call = ask(client, what)
    client.respond(call.next(), wrong)
    result = call.result()
    assert result["isError"] and "wrong" in result["content"][0]["text"]


def test_an_answer_of_another_session_is_not_taken(server, client):
    other = Session.open(server, capabilities=ALL)
    mine, theirs = ask(client, "form"), ask(other, "form")
    my_question, their_question = mine.next(), theirs.next()
    other.respond({"id": my_question["id"]}, {"action": "accept", "content": {"name": "Eve"}})
    client.respond(my_question, FORM)
    assert json.loads(mine.text())["form"] == FORM
    if their_question["id"] != my_question["id"]:
        other.respond(their_question, {"action": "accept", "content": {"name": "Eve"}})
    assert json.loads(theirs.text())["form"]["content"] == {"name": "Eve"}
    other.delete()


def test_an_answer_counts_once_and_unknown_ones_are_ignored(client):
    call = ask(client, "two")
    first, second = call.next(), call.next()
    answers = {first["id"]: first, second["id"]: second}
    form = next(q for q in answers.values() if q["method"] == "elicitation/create")
    sample = next(q for q in answers.values() if q["method"] != "elicitation/create")
    client.respond(form, FORM)
    client.respond(form, {"action": "decline"})
    client.respond({"id": 999_999}, FORM)
    client.respond({"id": str(sample["id"])}, SAMPLE)
    client.respond(sample, SAMPLE)
    assert json.loads(call.text())["form"] == FORM


def test_cancelling_the_call_withdraws_its_question(client):
    call = ask(client, "form")
    question = call.next()
    client.cancel(call.request_id)
    withdrawn = call.next()
    assert withdrawn["method"] == "notifications/cancelled"
    assert withdrawn["params"]["requestId"] == question["id"]
    assert call.next() is None
    client.respond(question, FORM)


def test_a_client_that_never_answers_is_given_up(serve):
    server = serve({"timeouts": {"client_answer_timeout_ms": 1000}})
    session = Session.open(server, capabilities=ALL)
    call = ask(session, "form")
    question = call.next()
    withdrawn = call.next()
    assert withdrawn["method"] == "notifications/cancelled"
    assert withdrawn["params"]["requestId"] == question["id"]
    result = call.result()
    assert result["isError"] and "in time" in result["content"][0]["text"]
    wait_until(lambda: server.metric("troupe_calls_in_flight") == 0, "the call is over")


def test_a_client_that_takes_no_stream_is_asked_on_its_standalone_one(client):
    call = ask(client, "form", headers={"Accept": "application/json"})
    assert client.open_stream
    result = call.result()
    assert result["isError"] and "stream" in result["content"][0]["text"]
    standalone = client.open_stream()
    standalone.next_event()
    call = ask(client, "form", headers={"Accept": "application/json"})
    client.respond(standalone.next_of("elicitation/create"), FORM)
    assert json.loads(call.text())["form"] == FORM
