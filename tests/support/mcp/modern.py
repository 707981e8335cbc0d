"""A client of the modern era on the raw wire: every request carries revision and capabilities by
itself. Every message from the server is checked against the schema of 2026-07-28."""

import base64
import itertools
import json

from .caller import Caller
from .modern_schema import META, MODERN, SUBSCRIPTION_ID, modern_schema
from .schema import id_key
from .session import BOTH, CLIENT, Exchange
from .sse import EventStream
from .wire import Connection

EVERYTHING = {"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}}

_NAMED = {
    "tools/call": "name", "prompts/get": "name", "resources/read": "uri",
    "tasks/get": "taskId", "tasks/update": "taskId", "tasks/cancel": "taskId",
}


def encode_value(value):
    """A header value as the specification wants it: plain if it survives a header, else Base64."""
    if (value and value == value.strip(" \t") and value.isascii() and value.isprintable()
            and not (value.startswith("=?base64?") and value.endswith("?="))):
        return value
    return "=?base64?" + base64.b64encode(value.encode()).decode() + "?="


def make_meta(capabilities=None, version=MODERN, client=None, log_level=None, progress_token=None):
    """`params._meta` of a request; None leaves a member out, except for the capabilities."""
    meta = {META + "clientCapabilities": {} if capabilities is None else capabilities}
    if version is not None:
        meta[META + "protocolVersion"] = version
    if client is not None:
        meta[META + "clientInfo"] = client
    if log_level is not None:
        meta[META + "logLevel"] = log_level
    if progress_token is not None:
        meta["progressToken"] = progress_token
    return meta


class Modern(Caller):
    """What a client needs to know: where the server is, and what it can do itself."""

    def __init__(self, server, capabilities=None):
        self.address = server.address
        self.path = server.path
        self.capabilities = {} if capabilities is None else capabilities
        self.schema = modern_schema()
        self.own_notifications = set()
        self.notifications = []
        self.methods = {}
        self._ids = itertools.count(1)

    # -- sending ---------------------------------------------------------------------------------

    def connect(self):
        return Connection(self.address)

    def message(self, method, params=None, request_id=None, **meta):
        """A complete request with an id of its own; `meta` as for make_meta."""
        request_id = next(self._ids) if request_id is None else request_id
        self.methods[id_key(request_id)] = method
        meta.setdefault("capabilities", self.capabilities)
        meta.setdefault("client", CLIENT)
        params = {**(params or {}), "_meta": make_meta(**meta)}
        return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}

    @staticmethod
    def headers(message, more=None):
        """The headers that belong to a message; `more` changes, adds or removes (None)."""
        fields = {"Content-Type": "application/json", "Accept": BOTH}
        if isinstance(message, dict):
            params = message.get("params") or {}
            fields["MCP-Protocol-Version"] = MODERN
            if "method" in message:
                fields["Mcp-Method"] = message["method"]
            name = params.get(_NAMED.get(message.get("method")))
            if isinstance(name, str):
                fields["Mcp-Name"] = encode_value(name)
        fields.update(more or {})
        return fields

    def post(self, message, headers=None, connection=None):
        """POSTs a message (a value, or bytes as they are); returns its Exchange."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        connection = connection or self.connect()
        connection.request("POST", self.path, self.headers(message, headers), body)
        return Exchange(self, connection, message.get("id") if isinstance(message, dict) else None)

    def start(self, method, params=None, headers=None, connection=None, **more):
        return self.post(self.message(method, params, **more), headers, connection)

    def start_tool(self, name, arguments=None, rounds=None, **more):
        """`rounds`: inputResponses and requestState of a retry."""
        params = {"name": name, **(rounds or {})}
        if arguments is not None:
            params["arguments"] = arguments
        return self.start("tools/call", params, **more)

    def tool_text(self, name, /, **arguments):
        """Calls a tool that must work at once; returns the text of its first block."""
        result = self.tool(name, **arguments)
        assert result["resultType"] == "complete" and not result.get("isError"), result
        return result["content"][0]["text"]

    def listen(self, request_id=None, headers=None, connection=None, **wanted):
        """Opens a subscription and takes its acknowledgement."""
        exchange = self.start("subscriptions/listen", {"notifications": wanted}, headers=headers,
                              connection=connection, request_id=request_id)
        return Subscription(exchange)

    # -- checking --------------------------------------------------------------------------------

    def check(self, message):
        assert isinstance(message, dict), f"not one message: {message!r}"
        self.schema.check_message(message, self.methods, self.own_notifications)

    def check_event(self, event):
        """Ids and retry times are of streams that can be resumed, which modern ones cannot."""
        assert event.id is None and event.retry is None and event.event is None, event


class Subscription:
    """An open stream of notifications."""

    def __init__(self, exchange):
        assert exchange.is_stream, (exchange.status, exchange.body)
        self.exchange = exchange
        self.id = exchange.request_id
        self.stream = exchange.stream
        first = self.next()
        assert first["method"] == "notifications/subscriptions/acknowledged", first
        self.honoured = first["params"]["notifications"]

    def next(self, seconds=None):
        """The next notification, which must bear this subscription's id in its own type."""
        message = self.stream.next(seconds)
        if message is not None:
            tagged = message["params"] if "method" in message else message["result"]
            tag = tagged["_meta"][SUBSCRIPTION_ID]
            assert id_key(tag) == id_key(self.id), (tag, self.id)
        return message

    def next_method(self, seconds=None):
        message = self.next(seconds)
        assert message is not None and "method" in message, message
        return message["method"]

    def events(self) -> EventStream:
        return self.stream.stream

    def close(self):
        self.exchange.connection.close()
