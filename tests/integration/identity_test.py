"""A message gets byte for byte the same JSON-RPC over every transport: what Streamable HTTP answers is
recorded first, and every other transport is held to it."""

import json
import random
import re

import pytest
from channel_fixtures import TRANSPORTS, Transports
from mcp.modern import make_meta
from mcp.modern_schema import MODERN
from mcp.schema import LEGACY

OTHERS = [transport for transport in TRANSPORTS if transport != "http"]


@pytest.fixture(scope="module")
def transports(test_binary, tmp_path_factory):
    every = Transports(test_binary, tmp_path_factory.mktemp("identity"))
    yield every
    every.stop()


def call(number, name, arguments=None, **more):
    params = {"name": name, **more}
    if arguments is not None:
        params["arguments"] = arguments
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def usual(number):
    """Requests of every kind, good and bad, as texts."""
    plain = ["ping", "tools/list", "prompts/list", "resources/list", "resources/templates/list",
             "no/such/method", "initialize", "logging/setLevel", "resources/subscribe"]
    messages = [{"jsonrpc": "2.0", "id": number + i, "method": method}
                for i, method in enumerate(plain)]
    messages += [
        call(9007199254740993, "echo_arguments", {"big": 18446744073709551615, "f": 1e-7}),
        call("text id \u00fc\u2028", "structured", {}),
        call(-1, "every_block", {}),
        call(0, "no_such_tool", {}),
        call("a", "echo_arguments", [1]),
        call("b", "steps", {"count": 4}, _meta={"progressToken": "token \u2713"}),
        call("c", "steps", {"count": 2}, _meta={"progressToken": 12}),
        call("d", "awkward_text", {}),
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "test://items/7"}},
        {"jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": {"uri": "test://none"}},
        {"jsonrpc": "2.0", "id": 3, "method": "prompts/get",
         "params": {"name": "greet", "arguments": {"name": "Ada"}}},
        {"jsonrpc": "2.0", "id": 4, "method": "prompts/get", "params": {"name": "greet"}},
        {"jsonrpc": "2.0", "id": 5, "method": "completion/complete", "params": {
            "ref": {"type": "ref/prompt", "name": "greet"},
            "argument": {"name": "name", "value": "name14"}}},
        {"jsonrpc": "2.0", "id": 6, "method": "logging/setLevel", "params": {"level": "alert"}},
        call(7, "log_all_levels", {}),
    ]
    return [json.dumps(message) for message in messages]


def broken():
    """What is no request, and is answered all the same."""
    return ['{"jsonrpc":"2.0","id":1,"method":"ping"', "nonsense", '"text"', "17", "[]",
            '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', '{"jsonrpc":"1.0","id":1,"method":"ping"}',
            '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', '{"jsonrpc":"2.0","id":null,"method":"ping"}',
            '{"jsonrpc":"2.0","id":{},"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":7}',
            '{"jsonrpc":"2.0","id":1,"method":"ping","params":3}', '{"id":1,"method":"ping"}',
            '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
            "[" * 100 + "]" * 100]


def random_value(random_of, depth=0):
    kind = random_of.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return random_of.choice([None, True, False])
    if kind == 1:
        return random_of.randrange(-2**63, 2**63)
    if kind == 2:
        return random_of.uniform(-1e9, 1e9)
    if kind < 6:
        return "".join(chr(random_of.choice([random_of.randrange(32, 127), random_of.randrange(160, 0xD7FF),
                                             random_of.randrange(0x1F300, 0x1F600), 9, 34, 92]))
                       for _ in range(random_of.randrange(20)))
    if kind == 6:
        return [random_value(random_of, depth + 1) for _ in range(random_of.randrange(5))]
    return {f"k{i}": random_value(random_of, depth + 1) for i in range(random_of.randrange(5))}


def random_calls(seed, count):
    """Calls with arbitrary arguments and ids, written in arbitrary ways."""
    random_of = random.Random(seed)
    for number in range(count):
        arguments = {f"a{i}": random_value(random_of) for i in range(random_of.randrange(6))}
        name = random_of.choice(["echo_arguments", "echo_inline", "echo_blocking"])
        identity = random_of.choice([number, f"id-{number}", -number - 1, 2**62 + number])
        yield json.dumps(call(identity, name, arguments), ensure_ascii=random_of.random() < 0.5,
                         separators=random_of.choice([(",", ":"), (", ", ": ")]))


def modern_texts():
    meta = make_meta({"elicitation": {"form": {}}}, progress_token="p")
    yield from (json.dumps({"jsonrpc": "2.0", "id": f"m{i}", "method": method, "params": {
        **params, "_meta": meta}}) for i, (method, params) in enumerate([
            ("server/discover", {}), ("tools/list", {}), ("prompts/list", {}),
            ("resources/list", {}), ("resources/templates/list", {}),
            ("resources/read", {"uri": "test://items/7"}), ("resources/read", {"uri": "test://none"}),
            ("prompts/get", {"name": "greet", "arguments": {"name": "Ada"}}),
            ("tools/call", {"name": "structured", "arguments": {}}),
            ("tools/call", {"name": "every_block", "arguments": {}}),
            ("tools/call", {"name": "steps", "arguments": {"count": 3}}),
            ("tools/call", {"name": "ask", "arguments": {"what": "form"}}),
            ("tools/call", {"name": "no_such_tool", "arguments": {}}),
            ("no/such/method", {}), ("initialize", {}), ("tools/list", {"cursor": "wrong"})]))


def comparable(text):
    """Sealed states differ each time they are sealed."""
    return re.sub(r'"requestState":"[^"]*"', '"requestState":"*"', text)


def recorded(channel, texts):
    """What Streamable HTTP says to each text."""
    result = []
    for text in texts:
        channel.send(text)
        result.append([comparable(one) for one in channel.drain()])
    return result


def check_same(channel, texts, wanted):
    for text, answers in zip(texts, wanted, strict=True):
        channel.send(text)
        for number, answer in enumerate(answers):
            heard = channel.take()
            assert heard is not None and comparable(heard) == answer, (text, number)


def check_nothing_is_left(channel, ping):
    channel.send(ping)
    assert json.loads(channel.take())["id"] == "last"


LAST = '{"jsonrpc":"2.0","id":"last","method":"ping"}'


@pytest.mark.parametrize("revision", LEGACY)
def test_sessions(transports, revision):
    texts = usual(100) + broken() + list(random_calls(revision, 150))
    if revision == "2025-03-26":
        texts.append("[" + ",".join(usual(100)[:6]) + "]")
    http = transports.open_session("http", revision)
    wanted = recorded(http, texts)
    http.close()
    assert sum(map(len, wanted)) > len(texts) - 5
    for transport in OTHERS:
        channel = transports.open_session(transport, revision)
        check_same(channel, texts, wanted)
        check_nothing_is_left(channel, LAST)
        channel.close()


def test_modern_requests(transports):
    texts = list(modern_texts())
    http = transports.open("http")
    wanted = recorded(http, texts)
    assert all(wanted)
    for transport in ("websocket", "stdio", "unix"):
        channel = transports.open(transport)
        check_same(channel, texts, wanted)
        check_nothing_is_left(channel, json.dumps({
            "jsonrpc": "2.0", "id": "last", "method": "server/discover",
            "params": {"_meta": make_meta(version=MODERN)}}))
        channel.close()
