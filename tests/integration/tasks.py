"""Tasks, as a client sees them (extension io.modelcontextprotocol/tasks)."""

from mcp.deadline import wait_until
from mcp.modern import EVERYTHING

TASKS = "io.modelcontextprotocol/tasks"
ABLE = {**EVERYTHING, "extensions": {TASKS: {}}}


def create(client, tool="wait_task", **arguments):
    """Calls a tool that answers with a task; returns what came."""
    created = client.tool(tool, **arguments)
    assert created["resultType"] == "task", created
    assert set(created) <= {"resultType", "_meta", "taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs",
                            "pollIntervalMs", "statusMessage"}
    return created


def get(client, task):
    return client.call("tasks/get", {"taskId": task["taskId"]})


def update(client, task, responses):
    return client.call("tasks/update", {"taskId": task["taskId"], "inputResponses": responses})


def reach(client, task, status):
    """Waits until the task has this status."""
    return wait_until(lambda: (seen := get(client, task))["status"] == status and seen, f"it is {status}")
