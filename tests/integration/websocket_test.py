"""Frames, good and bad: every case of websocket_cases.py, in one piece, byte by byte and chopped."""

import collections
import json

import pytest
from certificates import Authority, client_context, tls_section
from mcp.server import Server
from mcp.websocket import WebSocket
from websocket_cases import CASES, DELIVERIES, SMALL, pieces

OFFERS = {"packed": "permessage-deflate; client_max_window_bits"}


@pytest.fixture(scope="module")
def servers(test_binary, tmp_path_factory):
    """Started when the first case needs them."""
    configs = {"usual": {}, "small": {"websocket": SMALL},
               "packed": {"websocket": {"compression": True, "compression_window_bits": 15}}}
    running = {}

    def get(name):
        if name not in running:
            running[name] = Server(test_binary, tmp_path_factory.mktemp(name), configs[name]).start()
        return running[name]

    yield get
    for one in running.values():
        one.stop()


def test_there_are_enough_cases():
    counts = collections.Counter(case.group for case in CASES)
    print("WebSocket cases by group:", dict(counts), "in all:", len(CASES))
    assert len(CASES) >= 300, len(CASES)
    assert set(counts) == {"1", "2", "3", "4", "5", "6", "7", "9", "10", "12", "13"}
    names = collections.Counter((case.group, case.name) for case in CASES)
    assert max(names.values()) == 1, names.most_common(3)


def deliveries(case):
    """How a case is sent: a large one in one piece only, and byte by byte what is short."""
    return [delivery for delivery in DELIVERIES
            if delivery == "whole" or len(case.data) > 1 and
            (case.bytewise if delivery == "bytewise" else len(case.data) < 20_000)]


def what_came(socket, expected):
    """Reads as much as is expected and returns it, texts and pongs apart: a call may take its time."""
    texts = [json.loads(socket.read_message()) for kind, _ in expected if kind in ("echo", "error")]
    while len(socket.pongs) < sum(kind == "pong" for kind, _ in expected):
        socket.pongs.append(socket.read_pong())
    return texts, socket.pongs


def judge(texts, expected):
    for message, (kind, value) in zip(texts, expected):
        if kind == "error":
            assert message["error"]["code"] == value and message["id"] is None, message
        else:
            content = message["result"]["content"]
            assert json.loads(content[0]["text"]) == {"text": value}, message


def run(server, case, delivery):
    with WebSocket(server.address, extensions=OFFERS.get(case.server)) as socket:
        assert socket.compressed == (case.server == "packed")
        for piece in pieces(case, delivery):
            socket.send(piece)
        closes = [value for kind, value in case.expected if kind == "close"]
        if closes:
            assert socket.read_end() == closes[0], delivery
            return
        texts, pongs = what_came(socket, case.expected)
        judge(texts, [each for each in case.expected if each[0] in ("echo", "error")])
        assert pongs == [value for kind, value in case.expected if kind == "pong"], delivery
        assert socket.close(1000) == 1000, delivery


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.name}")
def test_case(servers, case):
    for delivery in deliveries(case):
        run(servers(case.server), case, delivery)


def test_tls_makes_no_difference(test_binary, tmp_path):
    authority = Authority(tmp_path)
    server = Server(test_binary, tmp_path / "server", tls_section(authority.issue("server")),
                    tls=client_context(authority)).start()
    # Who sends behind a close frame may find the connection closed, and an OpenSSL that cannot write any more does
    # not read what has come.
    usual = [case for case in CASES if case.server == "usual" and not case.sends_behind_close]
    for case in usual[::5]:
        for delivery in deliveries(case):
            run(server, case, delivery)
    server.stop()


def test_what_came_behind_the_upgrade_request_is_not_lost(servers):
    server = servers("usual")
    for case in CASES[20:60:4]:
        with WebSocket(server.address, behind=case.data) as socket:
            closes = [value for kind, value in case.expected if kind == "close"]
            if closes:
                assert socket.read_end() == closes[0]
            else:
                judge(what_came(socket, case.expected)[0],
                      [each for each in case.expected if each[0] in ("echo", "error")])
