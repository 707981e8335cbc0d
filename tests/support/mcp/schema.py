"""Checks every message the server sends against the JSON Schema of its revision.

The schemas are the specification's own (tests/schemas/<revision>/schema.json). They leave room where
JSON-RPC does not (further members of the envelope, any result as an empty one), so this adds: the
members of the envelope exactly, the result that belongs to the request's method, and `{}` where the
result is empty.
"""

import functools
import json
import pathlib

import jsonschema

LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
LATEST = LEGACY[-1]

_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas"

_RESULTS = {
    "initialize": "InitializeResult",
    "ping": "EmptyResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "logging/setLevel": "EmptyResult",
}


class Invalid(AssertionError):
    """A message of the server does not follow its revision."""


class Schema:
    """The schema of one revision."""

    def __init__(self, revision):
        self.revision = revision
        document = json.loads((_FOLDER / revision / "schema.json").read_text())
        self._key = "$defs" if "$defs" in document else "definitions"
        self._definitions = document[self._key]
        self._draft = jsonschema.validators.validator_for(document)
        self._checkers = {}

    def has(self, definition):
        return definition in self._definitions

    def check(self, value, definition):
        """Raises Invalid when `value` does not match the definition."""
        if definition not in self._checkers:
            self._checkers[definition] = self._draft(
                {"$ref": f"#/{self._key}/{definition}", self._key: self._definitions},
                format_checker=jsonschema.FormatChecker(),
            )
        error = jsonschema.exceptions.best_match(self._checkers[definition].iter_errors(value))
        if error is not None:
            where = "/".join(str(part) for part in error.absolute_path)
            raise Invalid(f"{self.revision} {definition}: at '{where}': {error.message}"[:2000])

    def definition_of_method(self, union, method):
        """The member of a union (ServerRequest, ServerNotification) that has this method."""
        for member in self._definitions[union]["anyOf"]:
            name = member["$ref"].rsplit("/", 1)[1]
            if self._definitions[name]["properties"]["method"].get("const") == method:
                return name
        return None

    # -- messages --------------------------------------------------------------------------------

    def check_message(self, message, methods=None, own_notifications=()):
        """Checks one message. `methods` maps the ids of the client's requests to their methods;
        `own_notifications` are names of the application's own notifications."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise Invalid(f"not a JSON-RPC 2.0 message: {message!r}"[:500])
        if "method" in message:
            self._check_from_server(message, own_notifications)
        elif "error" in message:
            self._check_error(message)
        else:
            self._check_result(message, methods or {})

    def _members(self, message, required, optional=()):
        missing = set(required) - set(message)
        unknown = set(message) - set(required) - set(optional)
        if missing or unknown:
            raise Invalid(f"members missing {missing} or unknown {unknown}: {message!r}"[:500])

    def _check_from_server(self, message, own_notifications):
        if "id" in message:
            self._members(message, ("jsonrpc", "id", "method"), ("params",))
            union, envelope = "ServerRequest", "JSONRPCRequest"
        else:
            self._members(message, ("jsonrpc", "method"), ("params",))
            union, envelope = "ServerNotification", "JSONRPCNotification"
        self.check(message, envelope)
        definition = self.definition_of_method(union, message["method"])
        if definition is not None:
            self.check(message, definition)
        elif union == "ServerRequest" or message["method"] not in own_notifications:
            raise Invalid(f"{self.revision} has no {union} {message['method']!r}")

    def _check_error(self, message):
        self._members(message, ("jsonrpc", "id", "error"))
        self._members(message["error"], ("code", "message"), ("data",))
        # JSON-RPC 2.0 answers null to an id that could not be read; no schema of MCP knows null.
        checked = {**message, "id": 0} if message["id"] is None else message
        modern_name = "JSONRPCErrorResponse"
        self.check(checked, modern_name if self.has(modern_name) else "JSONRPCError")

    def _check_result(self, message, methods):
        self._members(message, ("jsonrpc", "id", "result"))
        modern_name = "JSONRPCResultResponse"
        self.check(message, modern_name if self.has(modern_name) else "JSONRPCResponse")
        key = id_key(message["id"])
        if key not in methods:
            raise Invalid(f"a result for a request that was not sent: id {message['id']!r}")
        definition = _RESULTS.get(methods[key])
        if definition is None:
            raise Invalid(f"a result for {methods[key]!r}, which is not a method of {self.revision}")
        self.check(message["result"], definition)
        if definition == "EmptyResult" and message["result"] != {}:
            raise Invalid(f"{methods[key]} answers exactly {{}}, not {message['result']!r}")


def id_key(value):
    """Ids 1 and "1" and 1.0 and True are different; as dictionary keys Python mixes some of them."""
    return type(value).__name__, value


@functools.cache
def schema(revision):
    """The schema of a revision, loaded once."""
    return Schema(revision)
