"""Requests one after the other on one connection, as clients with keep-alive send them."""

from .wire import Closed


class RpcError(Exception):
    """The server answered with a JSON-RPC error."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]
        self.data = error.get("data")


def result_of(answer):
    if "error" in answer:
        raise RpcError(answer["error"])
    return answer["result"]


class Caller:
    """Whoever has connect() and start(), which gives an Exchange."""

    _connection = None

    def call(self, method, params=None, **more):
        """Sends a request on the kept connection; returns the result or raises RpcError."""
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = self.connect()
            exchange = self.start(method, params, connection=self._connection, **more)
            try:
                answer = exchange.answer()
            except (Closed, ConnectionError):
                # An idle connection may be closed at any time; a new one must work.
                self._connection = None
                if fresh or attempt == 2:
                    raise
                continue
            if not exchange.reusable:
                self._connection.close()
                self._connection = None
            return result_of(answer)

    def tool(self, name, /, **arguments):
        """Calls a tool; returns its result."""
        return self.call("tools/call", {"name": name, "arguments": arguments})
