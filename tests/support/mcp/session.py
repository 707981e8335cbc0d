"""A legacy MCP session on the raw wire. Every message that comes from the server is checked against
the schema of the session's revision, and every event id against those seen before."""

import itertools
import json

from .caller import Caller, result_of
from .schema import LATEST, id_key, schema
from .sse import EventStream
from .wire import Connection, parse_json

CLIENT = {"name": "troupe-tests", "version": "1"}
BOTH = "application/json, text/event-stream"


class Session(Caller):
    """What a client knows about its session; `start()` sends a request, `call()` waits as well."""

    def __init__(self, address, revision=LATEST, path="/mcp", capabilities=None, source=None):
        self.address = address
        self.path = path
        self.revision = revision
        self.schema = schema(revision)
        self.capabilities = {} if capabilities is None else capabilities
        self.own_notifications = set()
        self.source = source
        self.id = None
        self.server = None
        self.methods = {}
        self.event_payloads = {}
        self.notifications = []
        self._ids = itertools.count(1)

    @classmethod
    def open(cls, server, revision=LATEST, capabilities=None, **more):
        """A session that is ready for use."""
        session = cls(server.address, revision, server.path, capabilities, **more)
        session.initialize()
        session.notify("notifications/initialized")
        return session

    # -- handshake -------------------------------------------------------------------------------

    def initialize_message(self, request_id=0):
        return self.message("initialize", {
            "protocolVersion": self.revision,
            "capabilities": self.capabilities,
            "clientInfo": CLIENT,
        }, request_id)

    def initialize(self):
        """Sends initialize and remembers the session id and what the server says about itself."""
        exchange = self.post(self.initialize_message())
        answer = exchange.answer()
        assert exchange.status == 200, (exchange.status, answer)
        self.id = exchange.headers.get("mcp-session-id")
        assert self.id, f"initialize without Mcp-Session-Id: {exchange.headers}"
        self.server = result_of(answer)
        assert self.server["protocolVersion"] == self.revision, self.server
        return self.server

    # -- sending ---------------------------------------------------------------------------------

    def headers(self, more=None):
        """The header fields of a POST; `more` adds to or removes from them (None)."""
        fields = {"Content-Type": "application/json", "Accept": BOTH}
        if self.id is not None:
            fields["Mcp-Session-Id"] = self.id
            fields["MCP-Protocol-Version"] = self.revision
        fields.update(more or {})
        return fields

    def connect(self):
        return Connection(self.address, source=self.source)

    def message(self, method, params=None, request_id=None):
        """A request with a new id (or `request_id`), known to the check of its answer."""
        request_id = next(self._ids) if request_id is None else request_id
        self.methods[id_key(request_id)] = method
        message = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params is not None:
            message["params"] = params
        return message

    def post(self, message, headers=None, connection=None):
        """POSTs a message (a value, or bytes as they are) on a connection of its own."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        connection = connection or self.connect()
        connection.request("POST", self.path, self.headers(headers), body)
        request_id = message.get("id") if isinstance(message, dict) else None
        return Exchange(self, connection, request_id)

    def start(self, method, params=None, request_id=None, headers=None, connection=None):
        """Sends a request; returns its Exchange without waiting."""
        return self.post(self.message(method, params, request_id), headers, connection)

    def start_tool(self, name, arguments=None, progress_token=None, **more):
        params = {"name": name}
        if arguments is not None:
            params["arguments"] = arguments
        if progress_token is not None:
            params["_meta"] = {"progressToken": progress_token}
        return self.start("tools/call", params, **more)

    def tool_text(self, name, /, **arguments):
        """Calls a tool that must work; returns the text of its first block."""
        result = self.tool(name, **arguments)
        assert not result.get("isError"), result
        return result["content"][0]["text"]

    def accepted(self, message):
        """POSTs what needs no answer: 202 and an empty body."""
        with self.connect() as connection:
            connection.request("POST", self.path, self.headers(), message)
            response = connection.read_response()
            assert (response.status, response.body) == (202, b""), response

    def notify(self, method, params=None):
        message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        self.accepted(message)

    def respond(self, request, result):
        """Answers a request of the server."""
        self.accepted({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def respond_error(self, request, code, message):
        error = {"code": code, "message": message}
        self.accepted({"jsonrpc": "2.0", "id": request["id"], "error": error})

    def cancel(self, request_id, reason="no longer wanted"):
        self.notify("notifications/cancelled", {"requestId": request_id, "reason": reason})

    def open_stream(self, last_event_id=None, connection=None):
        """GETs the standalone stream, or resumes the one that `last_event_id` names."""
        connection = connection or self.connect()
        fields = {"Accept": "text/event-stream", "Mcp-Session-Id": self.id,
                  "MCP-Protocol-Version": self.revision}
        if last_event_id is not None:
            fields["Last-Event-ID"] = last_event_id
        connection.request("GET", self.path, fields)
        return Stream(self, connection)

    def delete(self):
        """Ends the session; returns the response."""
        with self.connect() as connection:
            connection.request("DELETE", self.path, {"Mcp-Session-Id": self.id})
            return connection.read_response()

    # -- checking --------------------------------------------------------------------------------

    def check(self, message):
        """Checks one message, or each of a batch, of the server."""
        if isinstance(message, list):
            assert self.revision == "2025-03-26", "a batch, but not in 2025-03-26"
            assert message, "an empty batch"
            for element in message:
                self.check(element)
            return
        self.schema.check_message(message, self.methods, self.own_notifications)

    def check_event(self, event):
        """An event id means one event of one stream for ever: also when it is sent again."""
        if event.id is None:
            return
        known = self.event_payloads.setdefault(event.id, event.data)
        assert known == event.data, f"event id {event.id} stands for {known!r} and {event.data!r}"


class Stream:
    """The events of one GET; `next()` gives the messages."""

    def __init__(self, session, connection, stream=None):
        self.session = session
        self.connection = connection
        if stream is None:
            self.headers, stream = connection.read_stream()
        self.stream = stream
        self.events = []

    @property
    def last_event_id(self):
        return next((e.id for e in reversed(self.events) if e.id is not None), None)

    def next(self, seconds=None):
        """The next message; None when the server ended the stream. Priming events are kept in
        `events` only."""
        while (event := self.next_event(seconds)) is not None:
            if event.data:
                message = parse_json(event.data)
                self.session.check(message)
                return message
        return None

    def next_event(self, seconds=None):
        event = self.stream.next(seconds)
        if event is not None:
            self.session.check_event(event)
            self.events.append(event)
        return event

    def next_of(self, method, seconds=None):
        """The next message with this method; others before it are an error."""
        message = self.next(seconds)
        assert message is not None and message.get("method") == method, message
        return message

    def close(self):
        self.connection.close()


class Exchange:
    """One POST and what comes back for it: nothing, JSON, or a stream of events. Reads its answer
    when asked, so that many can be under way at once."""

    def __init__(self, session, connection, request_id):
        self.session = session
        self.connection = connection
        self.request_id = request_id
        self.reusable = True
        self._status = None
        self._headers = None
        self._stream = None
        self.body = None
        self.notifications = []

    @property
    def status(self):
        self.read_head()
        return self._status

    @property
    def headers(self):
        self.read_head()
        return self._headers

    @property
    def stream(self):
        """The event stream that came as answer, or None."""
        self.read_head()
        return self._stream

    def read_head(self):
        """Waits for the head of the response; a body that is no stream is read as well."""
        if self._status is not None:
            return
        status, headers = self.connection.read_head()
        if headers.get("content-type", "").startswith("text/event-stream"):
            events = EventStream(self.connection, headers)
            self._stream = Stream(self.session, self.connection, events)
        else:
            self.body = self.connection.read_body(status, headers)
        self._status, self._headers = status, headers
        self.reusable = headers.get("connection", "").lower() != "close"

    @property
    def is_stream(self):
        return self.stream is not None

    def next(self, seconds=None):
        """The next message of the stream (or the one of the body)."""
        if self.is_stream:
            return self.stream.next(seconds)
        if not self.body:
            return None
        assert self.headers.get("content-type") == "application/json", self.headers
        message, self.body = parse_json(self.body), None
        self.session.check(message)
        return message

    def answer(self, seconds=None):
        """Reads up to the answer of the request; what comes before goes to `notifications`. A stream
        must end properly right behind it."""
        while True:
            message = self.next(seconds)
            assert message is not None, f"no answer to {self.request_id}: {self._status}"
            if isinstance(message, list) or "method" not in message:
                break
            self.notifications.append(message)
            self.session.notifications.append(message)
        if isinstance(message, dict):
            assert id_key(message["id"]) == id_key(self.request_id), (message, self.request_id)
        if self.is_stream:
            rest = self.stream.stream.wait_end(seconds)
            assert rest == [], f"events behind the answer: {rest}"
        return message

    def result(self, seconds=None):
        return result_of(self.answer(seconds))

    def text(self, seconds=None):
        result = self.result(seconds)
        assert not result.get("isError"), result
        return result["content"][0]["text"]

    def cut(self):
        """Closes the connection without warning."""
        self.connection.reset()
