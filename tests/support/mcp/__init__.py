"""What the tests over real sockets share: a raw HTTP client, a reader of event streams, a check of
every message against the specification's schemas, an MCP session, and the server as a process.

Only the standard library and Debian's python3-jsonschema; nothing here imports pytest, so that
programs outside the tests (bench, soak) can use it as well.
"""
