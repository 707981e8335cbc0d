"""Every transport of one test server, by its name in README's table and in the label `transport`."""

import json

from mcp.channels import HttpChannel, LineChannel, SseChannel, StdioChannel, WebSocketChannel
from mcp.server import Server
from mcp.session import CLIENT

TRANSPORTS = ("http", "sse", "websocket", "stdio", "unix")


class Transports:
    """Opens channels; starts the servers that they need."""

    def __init__(self, binary, folder):
        self.binary = str(binary)
        self.folder = folder
        self.tcp = Server(binary, folder / "tcp").start()
        self.unix = Server(binary, folder / "unix",
                           {"listen": {"address": f"unix:{folder}/socket"}}).start(wait=False)
        self.unix.wait_log("listening on unix:")
        self.log = (folder / "stdio.log").open("wb")

    def open(self, transport):
        if transport == "http":
            return HttpChannel(self.tcp)
        if transport == "sse":
            return SseChannel(self.tcp)
        if transport == "websocket":
            return WebSocketChannel(self.tcp)
        if transport == "unix":
            return LineChannel(self.folder / "socket")
        config = self.folder / "stdio.json"
        config.write_text(json.dumps({"log": {"level": "info"}}))
        return StdioChannel([self.binary, "--config", str(config), "--stdio"], self.log)

    def open_session(self, transport, revision, capabilities=None):
        """A channel behind the legacy handshake."""
        channel = self.open(transport)
        params = {"protocolVersion": revision, "capabilities": capabilities or {},
                  "clientInfo": CLIENT}
        before, answer = channel.request("initialize", params, request_id="init")
        assert before == []
        assert answer["result"]["protocolVersion"] == revision, answer
        channel.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return channel

    def stop(self):
        self.log.close()
        self.tcp.stop()
        self.unix.stop()
