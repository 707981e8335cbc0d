"""Server-sent events, byte for byte (WHATWG HTML, "Server-sent events"), with the framing of the
response they come in."""

import re
from dataclasses import dataclass, field

from .deadline import Deadline


@dataclass
class Event:
    """One event block. `data` is None when there was no data line: clients drop such an event."""

    id: str | None = None
    data: str | None = None
    event: str | None = None
    retry: int | None = None
    lines: list = field(default_factory=list)

    @property
    def is_priming(self):
        return self.data == ""


class EventStream:
    """Reads a `text/event-stream` response as it arrives."""

    def __init__(self, connection, headers):
        if headers.get("content-type", "").split(";")[0].strip() != "text/event-stream":
            raise AssertionError(f"not an event stream: {headers}")
        self.connection = connection
        self.headers = headers
        self.comments = []
        self.ended = False
        self._chunked = "transfer-encoding" in headers
        self._text = b""
        self._event = Event()
        self._waiting = []

    def next(self, seconds=None):
        """The next event, or None at the proper end of the stream."""
        deadline = Deadline(seconds)
        if self._waiting:
            return self._waiting.pop(0)
        while True:
            event = self._parse()
            if event is not None:
                return event
            if self.ended:
                if self._text or self._event.lines:
                    raise AssertionError(f"the stream ended inside an event: {self._text!r}")
                return None
            self._read(deadline)

    def wait_comment(self, seconds=None):
        """Waits for the next comment (a keep-alive); events that come meanwhile are kept for next()."""
        deadline, known = Deadline(seconds), len(self.comments)
        while len(self.comments) == known:
            event = self._parse()
            if event is not None:
                self._waiting.append(event)
            elif len(self.comments) == known:
                if self.ended:
                    raise AssertionError("the stream ended before a comment came")
                self._read(deadline)
        return self.comments[-1]

    def wait_end(self, seconds=None):
        """Reads to the proper end of the stream; returns the events that were left."""
        rest = []
        while (event := self.next(seconds)) is not None:
            rest.append(event)
        return rest

    def _read(self, deadline):
        if not self._chunked:
            self._read_plain(deadline)
            return
        line = self.connection.take_until(b"\r\n", deadline)
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", line):
            raise AssertionError(f"not a chunk size: {line!r}")
        size = int(line, 16)
        self._text += self.connection.take(size, deadline)
        if self.connection.take(2, deadline) != b"\r\n":
            raise AssertionError("no line end behind a chunk")
        self.ended = size == 0

    def _read_plain(self, deadline):
        from .wire import Closed

        try:
            if not self.connection.buffer:
                self.connection.fill(deadline)
        except Closed:
            self.ended = True
        self._text += self.connection.buffer
        self.connection.buffer = b""

    def _parse(self):
        while b"\n" in self._text:
            raw, self._text = self._text.split(b"\n", 1)
            if b"\r" in raw:
                raise AssertionError(f"a carriage return inside an event stream: {raw!r}")
            line = raw.decode("utf-8", "strict")
            if line == "":
                if self._event.lines:
                    event, self._event = self._event, Event()
                    return event
                continue
            if line.startswith(":"):
                self.comments.append(line[1:])
                continue
            self._take(line)
        return None

    def _take(self, line):
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        self._event.lines.append(line)
        if name == "data":
            if self._event.data is not None:
                raise AssertionError("two data lines: a message must be one line")
            self._event.data = value
        elif name == "id":
            self._event.id = value
        elif name == "event":
            self._event.event = value
        elif name == "retry":
            if not value.isdigit():
                raise AssertionError(f"retry is no number: {value!r}")
            self._event.retry = int(value)
        else:
            raise AssertionError(f"unknown field in an event: {line!r}")
