"""What a WebSocket server must make of frames, good and bad: a table by the groups of the Autobahn test
suite. Each case is bytes to send and what must come of them; websocket_test.py runs them.

Expectations: echo(text) an MCP call comes back with this text; error(code) a JSON-RPC error; pong(data);
close(code) the server closes with this code, None for one without. A case without a close expects the
connection to live on."""

import json
import random
from dataclasses import dataclass, field

from mcp.modern import make_meta
from mcp.websocket import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_frame, deflated,
                           frame)

LIMIT = 4 * 1024 * 1024  # the default of limits.max_body_bytes
SMALL = {"max_message_bytes": 4096, "max_fragments": 8, "max_control_frames_per_second": 20,
         "max_messages_per_second": 40}


@dataclass
class Case:
    group: str
    name: str
    data: bytes
    expected: list
    server: str = "usual"  # usual, small (the limits above), packed (compression is on)
    bytewise: bool = field(default=False)

    @property
    def sends_behind_close(self):
        return self.data[:1] == b"\x88" and len(self.data) > 6 + (self.data[1] & 0x7F)


CASES = []


def add(group, name, data, *expected, server="usual"):
    if isinstance(data, list):
        data = b"".join(data)
    CASES.append(Case(group, name, data, list(expected), server, len(data) <= 400))


def echo(text):
    return ("echo", text)


def error(code):
    return ("error", code)


def pong(data):
    return ("pong", data)


def close(code):
    return ("close", code)


def call(text, size=None):
    """A call of echo_inline as bytes; with `size`, padded to it."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
               "params": {"name": "echo_inline", "arguments": {"text": text}, "_meta": make_meta()}}
    data = json.dumps(message, ensure_ascii=False).encode()
    if size is not None:
        assert len(data) <= size, (len(data), size)
        data += b" " * (size - len(data))
    return data


def text(data, **more):
    return frame(TEXT, data, **more)


def fragments(data, sizes, opcode=TEXT, rsv=0):
    """One message in frames of these sizes; the last takes the rest."""
    parts, at = [], 0
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    parts.append(data[at:])
    return [frame(opcode if i == 0 else CONTINUATION, part, fin=i == len(parts) - 1,
                  rsv=rsv if i == 0 else 0) for i, part in enumerate(parts)]


HELLO = call("hello")
GOOD = text(HELLO)

# -- 1: framing -----------------------------------------------------------------------------------------
LEAST = len(call("t"))
for size in (0, 1, 125, 126, 127, 128):
    add("1", f"no JSON in {size} bytes", text(b"x" * size), error(-32700))
for size in (LEAST, 300, 512, 1500, 1528, 1529, 1536, 1537, 2000, 3064, 4096, 16384, 32768, 65000,
             65535, 65536, 65537, 131072, 1_000_000, LIMIT):
    add("1", f"text of {size} bytes", text(call("t", size)), echo("t"))
for size in (0, 1, 125, 126, 127, 128, 65535, 65536):
    add("1", f"binary of {size} bytes", frame(BINARY, b"\xfe" * size), close(1003))
add("1", "a mask of zeros", text(HELLO, mask=b"\0\0\0\0"), echo("hello"))
add("1", "a mask of ones", text(HELLO, mask=b"\xff\xff\xff\xff"), echo("hello"))
add("1", "three messages", GOOD * 3, *[echo("hello")] * 3)
add("1", "a hundred messages", GOOD * 100, *[echo("hello")] * 100)
for opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
    add("1", f"opcode {opcode} without a mask", frame(opcode, b"", mask=None), close(1002))
add("1", "a good message and one without a mask", GOOD + text(HELLO, mask=None), close(1002))

# -- 2: pings and pongs ---------------------------------------------------------------------------------
for data in (b"", b"a", b"hello", bytes(range(0x80, 0xC0)), b"\0\xff\xfe\xfd\xfc\xfb\0\xff",
             b"\xfe" * 124, b"\xfe" * 125):
    add("2", f"ping of {len(data)} bytes", frame(PING, data), pong(data))
    add("2", f"pong of {len(data)} bytes", frame(PONG, data) + GOOD, echo("hello"))
for size in (126, 127, 65535, 65536):
    add("2", f"ping of {size} bytes", frame(PING, b"\xfe" * size), close(1002))
    add("2", f"pong of {size} bytes", frame(PONG, b"\xfe" * size), close(1002))
for form in (16, 64):
    add("2", f"ping whose length takes {form} bits", frame(PING, b"a", form=form), close(1002))
add("2", "ten pings", [frame(PING, b"p%d" % i) for i in range(10)],
    *[pong(b"p%d" % i) for i in range(10)])
add("2", "pong, then ping", frame(PONG, b"unasked") + frame(PING, b"asked"), pong(b"asked"))
add("2", "ping before and behind a message", [frame(PING, b"1"), GOOD, frame(PING, b"2")],
    pong(b"1"), echo("hello"), pong(b"2"))
add("2", "no pong behind a close frame", close_frame(1000) + frame(PING, b"late"), close(1000))

# -- 3: reserved bits -----------------------------------------------------------------------------------
for rsv in range(1, 8):
    for opcode in (TEXT, CLOSE, PING, PONG):
        add("3", f"bits {rsv} in opcode {opcode}", frame(opcode, b"", rsv=rsv), close(1002))
    add("3", f"bits {rsv} behind a message", GOOD + text(HELLO, rsv=rsv), close(1002))
    add("3", f"bits {rsv} in a continuation",
        text(HELLO[:9], fin=False) + frame(CONTINUATION, HELLO[9:], rsv=rsv), close(1002))

# -- 4: opcodes -----------------------------------------------------------------------------------------
for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    add("4", f"reserved opcode {opcode}", frame(opcode), close(1002))
    add("4", f"reserved opcode {opcode} with a payload", frame(opcode, b"payload"), close(1002))
    add("4", f"reserved opcode {opcode} behind a message", [GOOD, frame(opcode), frame(PING)], close(1002))
    add("4", f"reserved opcode {opcode} within a message",
        text(HELLO[:9], fin=False) + frame(opcode), close(1002))

# -- 5: fragmentation -----------------------------------------------------------------------------------
add("5", "two fragments", fragments(HELLO, [20]), echo("hello"))
add("5", "an empty first fragment", fragments(HELLO, [0]), echo("hello"))
add("5", "an empty last fragment", fragments(HELLO, [len(HELLO)]), echo("hello"))
add("5", "empty fragments only", fragments(b"", [0, 0]), error(-32700))
add("5", "empty fragments all over", fragments(HELLO, [0, 3, 0, 0, 9, 0]), echo("hello"))
add("5", "a byte in each fragment", fragments(HELLO, [1] * (len(HELLO) - 1)), echo("hello"))
add("5", "two fragmented messages", fragments(HELLO, [5]) + fragments(HELLO, [9, 9]), *[echo("hello")] * 2)
for control, answer in ((PING, [pong(b"in")]), (PONG, [])):
    for gap in (1, 2, 3):
        parts = fragments(HELLO, [7, 8, 9])
        parts.insert(gap, frame(control, b"in"))
        add("5", f"opcode {control} in gap {gap}", parts, *answer, echo("hello"))
    add("5", f"a fragmented opcode {control}", frame(control, b"a", fin=False) + frame(CONTINUATION, b"b"),
        close(1002))
add("5", "a fragmented close", frame(CLOSE, b"\x03\xe8", fin=False), close(1002))
add("5", "pings in all gaps", [p for part in fragments(HELLO, [5] * 10) for p in (part, frame(PING, b"x"))],
    *[pong(b"x")] * 11, echo("hello"))
for fin in (True, False):
    add("5", f"a continuation of nothing, fin {fin}", frame(CONTINUATION, b"x", fin=fin), close(1002))
    add("5", f"a continuation behind a message, fin {fin}", GOOD + frame(CONTINUATION, b"x", fin=fin), close(1002))
    add("5", f"text within a message, fin {fin}", text(HELLO[:9], fin=False) + text(HELLO, fin=fin), close(1002))
    add("5", f"binary within a message, fin {fin}",
        text(HELLO[:9], fin=False) + frame(BINARY, b"x", fin=fin), close(1002))
add("5", "a fragmented binary message", frame(BINARY, b"x", fin=False) + frame(CONTINUATION, b"y"), close(1003))
add("5", "a close within a message", text(HELLO[:9], fin=False) + close_frame(1000), close(1000))

# -- 6: UTF-8 -------------------------------------------------------------------------------------------
VALID = [0x80, 0xFF, 0x100, 0x3BA, 0x7FF, 0x800, 0xFFF, 0x1000, 0x20AC, 0x2028, 0xD7FF, 0xE000, 0xFDD0,
         0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1D11E, 0x1F3AD, 0x1FFFE, 0x3FFFF, 0xFFFFF, 0x10FFFE,
         0x10FFFF]
for point in VALID:
    add("6", f"U+{point:04X}", text(call(chr(point))), echo(chr(point)))
    add("6", f"U+{point:04X}, a byte in each fragment",
        fragments(call(chr(point)), [1] * (len(call(chr(point))) - 1)), echo(chr(point)))
GREEK = "κόσμε\u1f79 \U0001f3ad"
for cut in range(1, len(GREEK.encode())):
    at = call(GREEK).index(GREEK.encode()) + cut
    add("6", f"cut at byte {cut}", fragments(call(GREEK), [at]), echo(GREEK))
INVALID = [b"\x80", b"\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xc2", b"\xc2\x41", b"\xce\xba\xe1\xbd",
           b"\xe0\x80\x80", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xe1\x80", b"\xe1\x80\xc2", b"\xed\xa0\x80",
           b"\xed\xad\xbf", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80",
           b"\xef\xbf", b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf", b"\xf0\x90\x80", b"\xf1\x80\x80\x41",
           b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xf8\x88\x80\x80\x80",
           b"\xfb\xbf\xbf\xbf\xbf", b"\xfc\x84\x80\x80\x80\x80", b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xfe", b"\xff",
           b"\xfe\xfe\xff\xff"]
for bad in INVALID:
    whole = b'{"jsonrpc":"2.0","method":"x","a":"' + bad + b'"}'
    add("6", f"bytes {bad.hex()}", text(whole), close(1007))
    add("6", f"bytes {bad.hex()}, a byte in each fragment", fragments(whole, [1] * (len(whole) - 1)), close(1007))
    add("6", f"bytes {bad.hex()} at the end", text(b"abc" + bad), close(1007))
for short in (b"\xc2", b"\xe1\x80", b"\xf1\x80\x80"):
    add("6", f"{short.hex()} and an empty last fragment", fragments(b"a" + short, [1 + len(short)]), close(1007))
add("6", "nothing is left of a bad message", [frame(PING, b"1"), text(b"\xff")], close(1007))

# -- 7: closing -----------------------------------------------------------------------------------------
add("7", "a close without a code", close_frame(), close(1000))
for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999):
    add("7", f"close code {code}", close_frame(code), close(code))
    add("7", f"close code {code} and a reason", close_frame(code, "fertig ü".encode()), close(code))
for code in (0, 1, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
    add("7", f"close code {code}", close_frame(code), close(1002))
    add("7", f"close code {code} and a reason", close_frame(code, b"bad"), close(1002))
add("7", "a close of one byte", frame(CLOSE, b"\x03"), close(1002))
add("7", "a reason of 123 bytes", close_frame(1000, b"r" * 123), close(1000))
add("7", "a reason of 124 bytes", close_frame(1000, b"r" * 124), close(1002))
add("7", "a reason that is no UTF-8", close_frame(1000, b"\xce\xba\xe1\xbd"), close(1002))
add("7", "a message, then a close", GOOD + close_frame(1000), close(1000))
add("7", "two closes", close_frame(1000) * 2, close(1000))
add("7", "a message behind the close", close_frame(1000) + GOOD, close(1000))
add("7", "nonsense behind the close", close_frame(1000) + b"\xff" * 500, close(1000))
add("7", "256 KiB, then a close", text(call("t", 256 * 1024)) + close_frame(1000), close(1000))

# -- 9: limits ------------------------------------------------------------------------------------------
add("9", "the largest message", text(call("t", 4096)), echo("t"), server="small")
add("9", "one byte more", text(call("t", 4097)), close(1009), server="small")
add("9", "one byte more, in fragments", fragments(call("t", 4097), [4000]), close(1009), server="small")
add("9", "a length above the limit, and no payload", frame(TEXT, length=LIMIT + 1), close(1009))
add("9", "a length of 63 bits", frame(TEXT, length=(1 << 63) - 1), close(1009))
add("9", "a length with the highest bit", frame(TEXT, length=1 << 63), close(1002))
add("9", "a length of all bits", frame(TEXT, length=(1 << 64) - 1), close(1002))
add("9", "lengths that overflow when added",
    [text(b"x" * 10, fin=False), frame(CONTINUATION, length=(1 << 63) - 1)], close(1009))
for size in (0, 1, 125):
    add("9", f"{size} in 16 bits", frame(TEXT, b"x" * size, form=16), close(1002))
for size in (0, 125, 126, 65535):
    add("9", f"{size} in 64 bits", frame(TEXT, b"x" * size, form=64), close(1002))
add("9", "eight fragments", fragments(HELLO, [1] * 7), echo("hello"), server="small")
add("9", "nine fragments", fragments(HELLO, [1] * 8), close(1008), server="small")
add("9", "a flood of pings", frame(PING, b"x") * 200, close(1008), server="small")
add("9", "a flood of pongs", frame(PONG, b"x") * 200, close(1008), server="small")
add("9", "a flood of messages", GOOD * 200, close(1008), server="small")
add("9", "a flood of empty fragments", [text(b"", fin=False)] + [frame(CONTINUATION, b"", fin=False)] * 2000,
    close(1008))

# -- 10: fragments of large messages --------------------------------------------------------------------
for size, part in ((65536, 1300), (65536, 64), (1 << 20, 4096), (1 << 20, 65536)):
    data = call("t", size)
    add("10", f"{size} bytes in fragments of {part}", fragments(data, [part] * ((size - 1) // part)), echo("t"))

# -- 12, 13: compression --------------------------------------------------------------------------------
for size in (300, 1024, 4096, 20_000, 65536, 131072, 1 << 20):
    data = call("t" * 5, size)
    noise = call("".join(random.Random(size).choices("abcdefghijklmnopqrstuvwxyz", k=size - LEAST)))
    add("12", f"{size} bytes", text(deflated(data), rsv=4), echo("ttttt"), server="packed")
    add("12", f"{size} bytes as they are", text(data), echo("ttttt"), server="packed")
    add("12", f"{size} bytes of noise", text(deflated(noise), rsv=4),
        echo(json.loads(noise)["params"]["arguments"]["text"]), server="packed")
    add("13", f"{size} bytes in fragments", fragments(deflated(noise), [3, 0, 50], rsv=4),
        echo(json.loads(noise)["params"]["arguments"]["text"]), server="packed")
PACKED = deflated(HELLO)
add("13", "each message has a window of its own", text(PACKED, rsv=4) * 5, *[echo("hello")] * 5, server="packed")
add("13", "pings in the gaps", [fragments(PACKED, [9], rsv=4)[0], frame(PING, b"x"),
                                fragments(PACKED, [9], rsv=4)[1]], pong(b"x"), echo("hello"), server="packed")
add("13", "RSV1 in a continuation",
    text(PACKED[:9], fin=False, rsv=4) + frame(CONTINUATION, PACKED[9:], rsv=4), close(1002), server="packed")
add("13", "RSV1 in a ping", frame(PING, b"", rsv=4), close(1002), server="packed")
add("13", "RSV2", text(PACKED, rsv=2), close(1002), server="packed")
add("13", "bytes that are no deflate", text(b"\xff" * 50, rsv=4), close(1007), server="packed")
# Beast takes the end mark that it appends for more of the block, again and again, up to the limit.
add("13", "a block that ends too early", text(PACKED[:-9], rsv=4), close(1009), server="packed")
add("13", "no UTF-8 inside", text(deflated(b"\xff\xff"), rsv=4), close(1007), server="packed")
add("13", "larger than it looks", text(deflated(b" " * (LIMIT + 1)), rsv=4), close(1009), server="packed")
add("13", "a bomb", text(deflated(b" " * (64 << 20)), rsv=4), close(1009), server="packed")
add("13", "as large as allowed", text(deflated(call("t", LIMIT)), rsv=4), echo("t"), server="packed")

DELIVERIES = ("whole", "bytewise", "chopped")


def pieces(case, delivery):
    """The case's bytes as they are sent: one after the other, each at once."""
    if delivery == "whole":
        return [case.data]
    if delivery == "bytewise":
        return [case.data[i : i + 1] for i in range(len(case.data))]
    source = random.Random(case.name)
    cuts = sorted(source.sample(range(1, len(case.data)), min(7, len(case.data) - 1)))
    return [case.data[a:b] for a, b in zip([0, *cuts], [*cuts, len(case.data)])]


