"""Several nodes on one machine, and clients that do not care which of them they reach."""

import itertools
import re
import signal

from mcp.deadline import wait_until
from mcp.modern import Modern
from mcp.process import thread_states
from mcp.server import Server, merged
from mcp.session import Session

SECRET = "a secret that only the tests know"
_LISTENS = re.compile(r"cluster (\S+): node (\S+) number=([0-9a-f]{8}) on (\S+):(\d+)")


class Node(Server):
    """One node; `port` is where others reach it."""

    def _wait_ready(self):
        super()._wait_ready()
        found = self.wait_log(_LISTENS)
        self.node, self.number, self.port = found[2], found[3], int(found[5])

    def members(self):
        """What /readyz shows: name → state."""
        lines = self.admin_get("/readyz").body.decode().splitlines()[1:]
        return {line.split(" ", 2)[0]: line.split(" ", 2)[2] for line in lines}

    def others(self, state="connected"):
        return sorted(name for name, found in self.members().items() if found == state)

    def kill(self):
        """As a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self):
        """Returns when every thread stands still; the signal alone lets them go on for a moment."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: set(thread_states(self.process.pid)) == {"T"}, "every thread stands still")

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)


def drain(node):
    """SIGTERM, and the end of the process, which must be an orderly one; gives the seconds until then."""
    node.terminate()
    code, took = node.wait_exit()
    assert code == 0, node.tail()
    return took


class Nodes:
    """A cluster that grows by add(); every node knows the first one only."""

    def __init__(self, binary, folder, config=None):
        self.binary, self.folder = binary, folder
        self.config = config or {}
        self.all = []
        self._runs = itertools.count()

    def add(self, name=None, config=None, wait=True, port=0):
        cluster = {"name": "tests", "node": name or f"node-{len(self.all) + 1}", "port": port,
                   "secret": SECRET, "seeds": [f"127.0.0.1:{one.port}" for one in self.all[:1]]}
        settings = merged(merged({"cluster": cluster}, self.config), config or {})
        one = Node(self.binary, self.folder / f"run-{next(self._runs)}", settings)
        self.all.append(one)
        one.start()
        if wait:
            self.wait_connected()
        return one

    def again(self, gone, seeds=None):
        """Starts a node in the place of one that has ended."""
        cluster = dict(gone.config["cluster"], port=gone.port)
        if seeds is not None:
            cluster["seeds"] = seeds
        one = Node(self.binary, self.folder / f"run-{next(self._runs)}",
                   merged(gone.config, {"cluster": cluster}))
        self.all[self.all.index(gone)] = one
        return one.start()

    def wait_sessions(self, count):
        """Until there are so many on all nodes, which count them from time to time only."""
        wait_until(lambda: sum(one.metric("troupe_sessions") for one in self.live()) == count,
                   f"there are {count} sessions")

    def live(self):
        return [one for one in self.all if one.process is not None and one.process.poll() is None]

    def wait_connected(self, seconds=None):
        live = self.live()
        names = {one.node for one in live}
        wait_until(lambda: all(set(one.others()) == names - {one.node} for one in live),
                   "all nodes are connected", seconds)

    def stop(self):
        for one in self.all:
            if one.process is not None and one.process.returncode == -signal.SIGKILL:
                one.abandon()
            else:
                one.stop()


class Wanderer(Session):
    """A session whose every request goes to the next node, as behind a balancer without stickiness."""

    def __init__(self, nodes, **more):
        self.nodes = itertools.cycle(nodes)
        super().__init__(nodes[0].address, path=nodes[0].path, **more)

    @classmethod
    def open(cls, nodes, **more):
        session = cls(nodes, **more)
        session.initialize()
        session.notify("notifications/initialized")
        return session

    def connect(self):
        self.address = next(self.nodes).address
        return super().connect()

    def call(self, method, params=None):
        self._connection = None
        return super().call(method, params)


class ModernWanderer(Modern):
    """A client without a session, likewise."""

    def __init__(self, nodes, **more):
        self.nodes = itertools.cycle(nodes)
        super().__init__(nodes[0], **more)

    def connect(self):
        self.address = next(self.nodes).address
        return super().connect()
