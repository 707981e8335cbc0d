"""Three nodes, each in a network of its own."""

from mcp.deadline import wait_until
from mcp.server import merged
from mcp.wire import Address
from nodes import SECRET, Node

PLACES = 3


class Member(Node):
    """One run of the node at one place."""

    def __init__(self, binary, folder, network, place, config):
        address = network.address(place)
        own = {
            "listen": {"address": address, "port": 8000, "allowed_hosts": [address]},
            "admin": {"address": address, "port": 9464},
            "log": {"level": "info"},
            "cluster": {"name": "chaos", "node": f"node-{place + 1}", "address": address, "port": 7400,
                        "secret": SECRET,
                        "seeds": [f"{network.address(other)}:7400" for other in network.places]},
        }
        super().__init__(binary, folder, merged(own, config))
        self.network, self.place = network, place
        # Clients know it before, and do not care which run of the node it is.
        self.address, self.path = Address((address, 8000)), "/mcp"

    def _in_child(self):
        super()._in_child()
        self.network.enter(self.place)


class Cluster:
    def __init__(self, binary, folder, network, config=None):
        self.binary, self.folder, self.network = binary, folder, network
        self.config = config or {}
        self.members = [None] * PLACES
        self._runs = 0

    def start(self, place):
        """A new process at this place."""
        self._runs += 1
        self.members[place] = Member(self.binary, self.folder / f"run-{self._runs}", self.network,
                                     place, self.config)
        self.members[place].start()

    def start_all(self):
        for place in range(PLACES):
            self.start(place)
        self.wait_connected()

    def wait_connected(self, seconds=None):
        names = {one.node for one in self.members}
        wait_until(lambda: all(set(one.others()) == names - {one.node} for one in self.members),
                   "all nodes are connected", seconds)

    def wait_lost(self, observer, place, seconds):
        name = f"node-{place + 1}"
        wait_until(lambda: name in self.members[observer].others("lost"),
                   f"node-{observer + 1} notices that {name} is lost", seconds)

    def stop(self):
        for one in self.members:
            if one is not None:
                one.stop()

    def abandon(self):
        """After a failure, which is not to be hidden by another one."""
        for one in self.members:
            if one is not None:
                one.abandon()
