"""HTTP+SSE of 2024-11-05 on several nodes: the stream is on one, and each message is POSTed to another."""

import itertools
import json
import threading

import pytest
from mcp.channels import SseChannel
from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.session import CLIENT, Session
from mcp.wire import Closed, Connection

REVISION = "2024-11-05"


class Elsewhere(SseChannel):
    """A stream on `home`; POSTs go to the other nodes in turn."""

    def __init__(self, home, others):
        super().__init__(home)
        self.others = itertools.cycle(others)

    def post(self, body, endpoint=None):
        with Connection(next(self.others).address) as connection:
            connection.request("POST", endpoint or self.endpoint, {"Content-Type": "application/json"}, body)
            return connection.read_response()

    def send(self, text):
        response = self.post(text.encode())
        assert (response.status, response.body) == (202, b""), response

    def call(self, tool, answers=None, **arguments):
        """What came before the answer, and the text of the answer."""
        before, answer = self.request("tools/call", {"name": tool, "arguments": arguments}, answers=answers)
        return before, answer["result"]["content"][0]["text"]


def connect(nodes, home=0, capabilities=None):
    others = [one for one in nodes.all if one is not nodes.all[home]]
    channel = Elsewhere(nodes.all[home], others)
    before, answer = channel.request("initialize", {
        "protocolVersion": REVISION, "capabilities": capabilities or {}, "clientInfo": CLIENT})
    assert before == [] and answer["result"]["protocolVersion"] == REVISION
    channel.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return channel


def wait_reachable(nodes):
    """/readyz knows of a node a moment before the threads that serve connections do."""
    for owner in nodes.all:
        session = Session.open(owner)
        for one in nodes.all:
            session.address = one.address
            wait_until(lambda session=session: session.start("ping").status == 200, "sessions are found")
        session.delete()


def sessions(nodes):
    """By the counters: the gauge may count one twice that was being opened when it was set, until it is set again."""
    return sum(one.metric("troupe_sessions_opened_total") - one.metric("troupe_sessions_ended_total")
               for one in nodes.live())


@pytest.mark.parametrize("home", range(3))
def test_a_session_works_wherever_its_messages_arrive(cluster, home):
    channel = connect(cluster, home)
    for number in range(6):
        assert json.loads(channel.call("echo_arguments", text=str(number))[1]) == {"text": str(number)}
    opened, ended = "troupe_sessions_opened_total", "troupe_sessions_ended_total"
    assert cluster.all[home].metric(opened) - cluster.all[home].metric(ended) == 1
    channel.close()
    wait_until(lambda: sessions(cluster) == 0, "the session ends with its stream")


def test_all_that_concerns_a_call_comes_on_the_stream(cluster):
    channel = connect(cluster)
    before, answer = channel.request("tools/call", {
        "name": "steps", "arguments": {"count": 3}, "_meta": {"progressToken": "p"}})
    assert [told["params"]["progress"] for told in before] == [1, 2, 3]
    assert answer["result"]["content"][0]["text"] == "told"
    channel.close()


def test_questions_are_answered_elsewhere(cluster):
    channel = connect(cluster, capabilities={"elicitation": {}, "roots": {}})
    roots = {"roots": [{"uri": "file:///a", "name": "a"}]}
    before, text = channel.call("ask", {"roots/list": roots}, what="roots")
    assert [asked["method"] for asked in before] == ["roots/list"]
    assert json.loads(text)["roots"] == roots
    channel.close()


def test_a_cancellation_finds_its_call(cluster):
    channel = connect(cluster)
    channel.tell({"jsonrpc": "2.0", "id": "held", "method": "tools/call",
                  "params": {"name": "wait", "arguments": {"key": "sse-held"}}})
    home = Modern(cluster.all[0])
    wait_until(lambda: "sse-held" in json.loads(home.tool_text("waiting")), "the call waits")
    channel.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "held"}})
    wait_until(lambda: "sse-held" in json.loads(home.tool_text("cancelled")), "it is cancelled")
    channel.close()


def test_what_is_published_anywhere_is_heard(cluster):
    channel = connect(cluster)
    channel.request("resources/subscribe", {"uri": "test://counter"})
    for one in cluster.all:
        Modern(one).tool_text("touch", uri="test://counter")
        heard = channel.hear()
        assert heard["method"] == "notifications/resources/updated"
        assert heard["params"]["uri"] == "test://counter"
    channel.close()


def test_what_cannot_be_taken_is_refused_where_it_arrives(cluster):
    channel = connect(cluster)
    for _ in range(2):
        refused = channel.post(b"{not json")
        assert refused.status == 400 and b"error" in refused.body
    made_up = channel.endpoint[:-4] + ("AAAA" if not channel.endpoint.endswith("AAAA") else "BBBB")
    for _ in range(2):
        assert channel.post(b'{"jsonrpc":"2.0","id":1,"method":"ping"}', made_up).status == 404
    assert json.loads(channel.call("echo_arguments", text="still")[1]) == {"text": "still"}
    channel.close()


def test_clients_do_not_hear_each_others_answers(cluster):
    failures = []

    def work(number):
        try:
            channel = connect(cluster, number % 3)
            for i in range(20):
                text = f"{number}-{i}"
                before, answer = channel.call("echo_arguments", text=text)
                assert before == [] and json.loads(answer) == {"text": text}
            channel.close()
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(repr(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(9)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    wait_until(lambda: sessions(cluster) == 0, "no session is left")


def test_a_message_after_the_streams_end_finds_no_session(nodes):
    for _ in range(2):
        nodes.add()
    wait_reachable(nodes)
    channel = connect(nodes)
    channel.close()
    wait_until(lambda: sessions(nodes) == 0, "the session ends with its stream")
    assert channel.post(b'{"jsonrpc":"2.0","id":1,"method":"ping"}').status == 404


def test_a_stream_whose_node_dies_ends_and_others_go_on(nodes):
    for _ in range(3):
        nodes.add()
    wait_reachable(nodes)
    lost, kept = connect(nodes, 1), connect(nodes, 2)
    nodes.all[1].kill()
    try:
        assert lost.hear() is None
    except Closed:
        pass  # a crash ends no response properly
    survivor = nodes.all[0]
    wait_until(lambda: survivor.others("lost") == ["node-2"], "the loss is noticed", 3)
    lost.others = itertools.cycle([survivor])
    assert lost.post(b'{"jsonrpc":"2.0","id":1,"method":"ping"}').status == 503
    kept.others = itertools.cycle([survivor])
    assert json.loads(kept.call("echo_arguments", text="here")[1]) == {"text": "here"}
    kept.close()
