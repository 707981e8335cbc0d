"""The requests that are sent: how each is made, and how its answer is recognised as the right one."""

from collections.abc import Callable
from dataclasses import dataclass

from lab import mcp, wrk
from lab.processes import Invalid

CONNECTIONS = 32

# The SDKs, and Troupe while a call runs elsewhere, tell the requests of a session apart by their ids, so where
# requests of one session overlap each needs its own. Far more than are in flight at a time.
IDS = 1024


@dataclass(frozen=True)
class Workload:
    method: str
    params: dict
    check: Callable[[dict], None]  # raises Invalid unless the result is right
    modern: bool = False  # revision 2026-07-28 instead of a session


def text_of(size: int) -> str:
    """Lines of prose, as a model would write them; `size` characters in all."""
    line = "The quick brown fox jumps over the lazy dog, and nobody in the room is surprised.\n"
    return (line * (size // len(line) + 1))[:size]


def call(message: str = "Hello from the bench!", tool: str = "echo", modern: bool = False) -> Workload:
    def check(result: dict) -> None:
        if result["content"][0]["text"] != message or result.get("isError"):
            raise Invalid(f"this is no echo: {str(result)[:300]}")

    params = {"name": tool, "arguments": {"message": message}}
    return Workload("tools/call", params, check, modern)


def tools_list(at_least: int = 1) -> Workload:
    def check(result: dict) -> None:
        tools = result["tools"]
        if len(tools) < at_least or not any(tool["name"] == "echo" for tool in tools):
            raise Invalid(f"this is no list of {at_least} tools with echo: {str(result)[:300]}")

    return Workload("tools/list", {}, check)


def prepare(port: int, workload: Workload, ids: int = 1) -> wrk.Load:
    """Opens the session that all requests belong to, and learns what the answer has to be."""
    client = mcp.Client(port)
    if workload.modern:
        body = client.use_modern(workload.method, workload.params)
    else:
        body = mcp.encode_request(workload.method, workload.params)
        client.open_session()
    answer = client.post(body)
    workload.check(mcp.result_of(answer))
    return wrk.Load(client.headers, body, answer.body, answer.size, CONNECTIONS, ids)


def same_request(port: int, like: wrk.Load, name: str) -> wrk.Load:
    """What `like` sends, to a server that answers with the same body without knowing the session."""
    headers = {**like.headers, "Host": f"127.0.0.1:{port}"}
    answer = mcp.Client(port, headers).post(like.body)
    if answer.status != 200 or answer.body != like.expected_body:
        raise Invalid(
            f"{name} does not give Troupe's answer: {answer.status} {answer.body[:200]!r} "
            f"instead of {like.expected_body[:200]!r}"
        )
    return wrk.Load(headers, like.body, like.expected_body, answer.size, like.connections)
