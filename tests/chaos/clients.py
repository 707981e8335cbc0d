"""Clients that do not care which node they reach. Each sends one request at a time, to any node, and writes down what
became of it (judge.py); a session also listens, and hears of nothing but its own resource."""

import random
import socket
import threading
import time

from mcp.modern import Modern
from mcp.session import Session
from mcp.sse import EventStream
from mcp.wire import Closed, Connection, WireError, parse_json

from judge import Request

TOUCH_EVERY = 10  # requests
PADDING = 8_000  # bytes, at most: enough to fill a slow link
PAUSE = 0.04  # seconds between two requests, at most

# What breaks a connection that is there: it is judged by where it led.
_CUT = (Closed, ConnectionError, TimeoutError, OSError)


class _Unchecked:
    """Schemas are the other tests' business, and take longer than the requests do."""

    def check(self, message):
        pass

    def check_event(self, event):
        pass


class LegacyClient(_Unchecked, Session):
    pass


class ModernClient(_Unchecked, Modern):
    pass


class Caller:
    """What both kinds of clients share. `cluster` has the nodes, `journal` is where they record."""

    def __init__(self, name, cluster, journal, seed):
        self.name, self.cluster, self.journal = name, cluster, journal
        self.rng = random.Random(seed)
        self.requests = []
        self.complaints = []
        self._count = 0

    def run(self, stop):
        """Until `stop` is set; then the request under way still ends."""
        while not stop.is_set():
            self.act(self.rng.randrange(len(self.cluster.members)))
            stop.wait(self.rng.uniform(0, PAUSE))

    def act(self, target):
        """One request to this node."""
        raise NotImplementedError

    def record(self, target, owner, client):
        """Has it recorded that it ran. Returns the request."""
        self._count += 1
        key = f"{self.name}-{self._count}"
        tool, more = "record", {}
        if self.rng.random() < 0.2:
            tool, more = "record_slowly", {"pause_ms": self.rng.randrange(300)}
        arguments = {"key": key, "path": str(self.journal.path), **more,
                     "text": "x" * self.rng.randrange(PADDING)}
        return self.tool(Request(self.name, tool, key, target, owner, time.monotonic()), client, arguments, key)

    def tool(self, request, client, arguments, expected):
        def start(connection):
            return client.start_tool(request.what, arguments, connection=connection)

        return self.follow(request, start, lambda result: result["content"][0]["text"] == expected)

    def follow(self, request, start, is_right):
        """Sends a request and waits for its end, whatever that is."""
        try:
            with Connection(self.cluster.members[request.target].address) as connection:
                self.note(request, start(connection), is_right)
        except ConnectionRefusedError:
            request.outcome = "refused"
        except (AssertionError, WireError) as problem:
            request.detail = str(problem)[:300]
        except _CUT as problem:
            request.outcome, request.detail = "cut", repr(problem)
        request.ended = time.monotonic()
        self.requests.append(request)
        return request

    @staticmethod
    def note(request, exchange, is_right):
        request.status = exchange.status
        if exchange.status == 200:
            message = exchange.answer()
        elif exchange.status == 202:
            message = {"result": None}
        else:
            message = parse_json(exchange.body)
        if "error" in message:
            request.outcome, request.detail = "error", message["error"]["message"]
        elif is_right(message["result"]):
            request.outcome = "answered"
        else:
            request.detail = f"an answer to something else: {str(message)[:300]}"


class ModernCaller(Caller):
    """Requests of 2026-07-28, each for itself."""

    def act(self, target):
        return self.record(target, None, ModernClient(self.cluster.members[target]))


class SessionCaller(Caller):
    """One session after the other: when one goes on at another node, which nobody names, the next begins after the round."""

    def __init__(self, name, cluster, journal, seed):
        super().__init__(name, cluster, journal, seed)
        self.uri = f"test://items/{name}"
        self.session = None
        self.owner = None
        self.heard = 0
        self.opened = 0
        self._listener = None

    def act(self, target):
        if self.session is None:
            return self.open(target)
        if self._count % TOUCH_EVERY == 0:
            self._count += 1
            touch = Request(self.name, "touch", None, target, self.owner, time.monotonic())
            request = self.tool(touch, self.session, {"uri": self.uri}, "touched")
        else:
            request = self.record(target, self.owner, self.session)
        if request.status == 404:
            self.session = None
        return request

    def open(self, target):
        """A new session on this node."""
        session = LegacyClient(self.cluster.members[target].address)

        def keep_id(result):
            session.id = opening.headers["mcp-session-id"]
            return result["protocolVersion"] == session.revision

        def start(connection):
            nonlocal opening
            opening = session.post(session.initialize_message(), connection=connection)
            return opening

        def tell(connection):
            message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
            return session.post(message, connection=connection)

        def subscribe(connection):
            return session.start("resources/subscribe", {"uri": self.uri}, connection=connection)

        opening = None
        # A session belongs to the node from its first answer on.
        for what, send, is_right, owner in (("initialize", start, keep_id, None),
                                            ("notifications/initialized", tell, lambda _: True, target),
                                            ("resources/subscribe", subscribe, lambda _: True, target)):
            request = self.follow(Request(self.name, what, None, target, owner, time.monotonic()), send, is_right)
            if request.outcome != "answered":
                return request
        self.session, self.owner = session, target
        self.opened += 1
        return request

    # -- listening ---------------------------------------------------------------------------------

    def listen(self, stop):
        """Keeps a stream open, on any node, until `stop` is set."""
        while not stop.is_set():
            session = self.session
            if session is not None:
                self._hear(session, self.rng.randrange(len(self.cluster.members)))
            stop.wait(0.1)

    def end_listening(self):
        listener = self._listener
        if listener is not None:
            try:
                listener.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself

    def _hear(self, session, target):
        try:
            with Connection(self.cluster.members[target].address) as connection:
                self._listener = connection
                fields = {"Accept": "text/event-stream", "Mcp-Session-Id": session.id,
                          "MCP-Protocol-Version": session.revision}
                connection.request("GET", session.path, fields)
                status, headers = connection.read_head()
                if status == 200:
                    self._hear_events(EventStream(connection, headers))
        except _CUT:
            pass  # streams may break; who hears what is the point
        except AssertionError as problem:
            self.complaints.append(f"{self.name}: a stream of node-{target + 1}: {problem}")
        finally:
            self._listener = None

    def _hear_events(self, stream):
        while (event := stream.next(3600)) is not None:
            if not event.data:
                continue
            message = parse_json(event.data)
            if message.get("method") != "notifications/resources/updated":
                continue  # an error that ends a stream whose node is lost
            if message["params"]["uri"] != self.uri:
                self.complaints.append(f"{self.name} heard of {message['params']['uri']}")
            self.heard += 1


class Crowd:
    """Clients of both kinds, which work for a while."""

    def __init__(self, cluster, journal, seed, sessions=9, modern=6):
        self.sessions = [SessionCaller(f"session-{number}", cluster, journal, f"{seed} session {number}")
                         for number in range(sessions)]
        self.callers = self.sessions + [ModernCaller(f"modern-{number}", cluster, journal, f"{seed} modern {number}")
                                        for number in range(modern)]
        self._stop = threading.Event()
        self._callers, self._listeners = [], []

    def start(self):
        self._stop.clear()
        self._callers = [threading.Thread(target=one.run, args=(self._stop,), daemon=True) for one in self.callers]
        self._listeners = [threading.Thread(target=one.listen, args=(self._stop,), daemon=True)
                           for one in self.sessions]
        for thread in self._callers + self._listeners:
            thread.start()

    def finish(self):
        """Until the last request has ended. Gives all requests since start()."""
        self._stop.set()
        for thread in self._callers:
            thread.join()  # each request has its own time limit
        for thread in self._listeners:
            while thread.is_alive():
                for one in self.sessions:
                    one.end_listening()
                thread.join(0.05)
        return self.take()

    def call_everywhere(self):
        """Every client reaches what it wants through every node, or opens a session anew."""
        for one in self.callers:
            for target in range(len(one.cluster.members)):
                one.act(target)
        return self.take()

    def open_anew(self, places):
        """Sessions that were opened on these nodes are elsewhere by now: the judge must know where."""
        for one in self.sessions:
            if one.owner in places:
                one.session = None

    def take(self):
        requests = [request for one in self.callers for request in one.requests]
        for one in self.callers:
            one.requests = []
        return requests

    def complaints(self):
        found = [text for one in self.callers for text in one.complaints]
        for one in self.callers:
            one.complaints = []
        return found
