"""Checks every message of the modern era (2026-07-28): the specification's schema, and what it says in
words only: the era has no requests to clients, no `id: null`, and every result is decorated by its kind."""

import functools
import re

from .schema import Invalid, Schema, id_key

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"
SERVER_INFO = META + "serverInfo"
SUBSCRIPTION_ID = META + "subscriptionId"

_RESULTS = {
    "server/discover": "DiscoverResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}
# The tasks extension (SEP-2663) has no schema; what it says is checked by hand.
_TASK_ACKS = {"tasks/update", "tasks/cancel"}
_TASK = ("taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs")
_TASK_MORE = {"working": (), "cancelled": (), "completed": ("result",), "failed": ("error",),
              "input_required": ("inputRequests",)}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CACHEABLE = {"server/discover", "tools/list", "resources/list", "resources/templates/list",
             "resources/read", "prompts/list"}
ROUNDS = {"tools/call", "prompts/get", "resources/read"}

# Errors of which the schema says more than that they are errors.
_ERRORS = {
    -32020: "HeaderMismatchError",
    -32021: "MissingRequiredClientCapabilityError",
    -32022: "UnsupportedProtocolVersionError",
}


class ModernSchema(Schema):
    """The schema of 2026-07-28."""

    def __init__(self):
        super().__init__(MODERN)

    def _check_from_server(self, message, own_notifications):
        if "id" in message:
            raise Invalid(f"a modern server sends no requests: {message!r}"[:500])
        self._members(message, ("jsonrpc", "method"), ("params",))
        self.check(message, "JSONRPCNotification")
        if message["method"] == "notifications/tasks":
            self.check_task(message["params"], ("_meta",), message["params"]["status"])
            return
        definition = self.definition_of_method("ServerNotification", message["method"])
        if definition is not None:
            self.check(message, definition)
        elif message["method"] not in own_notifications:
            raise Invalid(f"{MODERN} has no notification {message['method']!r}")

    def _check_error(self, message):
        self._members(message, ("jsonrpc", "error"), ("id",))
        self._members(message["error"], ("code", "message"), ("data",))
        if message["error"]["code"] == -32002:
            raise Invalid(f"-32002 is of older revisions: {message!r}"[:500])
        self.check(message, _ERRORS.get(message["error"]["code"], "JSONRPCErrorResponse"))

    def _check_result(self, message, methods):
        self._members(message, ("jsonrpc", "id", "result"))
        self.check(message, "JSONRPCResultResponse")
        method = methods.get(id_key(message["id"]))
        if method is None:
            raise Invalid(f"a result for a request that was not sent: id {message['id']!r}")
        result = message["result"]
        if method == "tasks/get" and result["resultType"] == "complete":
            self.check_task(result, ("resultType", "_meta"), result["status"])
        elif method in _TASK_ACKS:
            self._members(result, ("resultType", "_meta"))
        elif method not in _RESULTS:
            raise Invalid(f"a result for {method!r}, which is not a method of {MODERN}")
        elif result["resultType"] == "task" and method == "tools/call":
            self.check_task(result, ("resultType", "_meta"))
        elif result["resultType"] == "input_required":
            if method not in ROUNDS:
                raise Invalid(f"{method} must not ask for input: {result!r}"[:500])
            self._check_input_required(result)
        elif result["resultType"] != "complete":
            raise Invalid(f"an unknown resultType: {result!r}"[:500])
        else:
            self.check(result, _RESULTS[method])
            self._check_hints(method, result)
        if SERVER_INFO not in result.get("_meta", {}):
            raise Invalid(f"a result that does not name its server: {result!r}"[:500])

    def check_task(self, task, beside, status=None):
        """A task, with what belongs to its status unless it is None, and the members `beside`."""
        more = _TASK_MORE[status] if status is not None else ()
        self._members(task, (*_TASK, *beside, *more), ("pollIntervalMs", "statusMessage"))
        if task["status"] not in _TASK_MORE:
            raise Invalid(f"an unknown status: {task!r}"[:500])
        for name in ("createdAt", "lastUpdatedAt"):
            if not _TIME.fullmatch(task[name]):
                raise Invalid(f"{name} is no time: {task[name]!r}")
        for name in ("ttlMs", "pollIntervalMs"):
            if name in task and task[name] is not None and (
                    type(task[name]) is not int or task[name] <= 0):
                raise Invalid(f"{name} is {task[name]!r}")
        if "inputRequests" in task:
            self.check(task["inputRequests"], "InputRequests")
        if "result" in task:
            self.check(task["result"], "CallToolResult")

    def _check_input_required(self, result):
        self.check(result, "InputRequiredResult")
        self._members(result, ("resultType", "_meta"), ("inputRequests", "requestState"))
        if not result.get("inputRequests") and not result.get("requestState"):
            raise Invalid(f"input required, but which? {result!r}")

    def _check_hints(self, method, result):
        hints = {"ttlMs", "cacheScope"} & set(result)
        if hints != ({"ttlMs", "cacheScope"} if method in CACHEABLE else set()):
            raise Invalid(f"the cache hints of {method} are {sorted(hints)}")


@functools.cache
def modern_schema():
    """The schema, loaded once."""
    return ModernSchema()
