"""A network of its own for each node, so that links between nodes can be cut, and nothing else.

This process moves into a network namespace with a bridge; each node runs in a namespace behind a cable to that bridge,
at 10.77.0.1, 10.77.0.2, … Packets are dropped where a node would receive them (nftables), and only those of other
nodes: clients, which are in this process, always get through. Namespaces are held by descriptors, so nothing is left
behind, however the tests end."""

import ctypes
import os
import subprocess
import threading

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """This machine lets nobody make networks; the text says what failed."""


def _system(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise NotPermitted(f"{name}: {os.strerror(number)}")


def _enter_namespaces():
    """Without root, as root of a user namespace."""
    if os.geteuid() == 0:
        _system("unshare", _CLONE_NEWNET)
        return
    uid, gid = os.geteuid(), os.getegid()
    _system("unshare", _CLONE_NEWUSER | _CLONE_NEWNET)
    for name, text in ("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1"):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _new_namespace():
    """A descriptor of one that this process is not in."""
    made = []

    def make():  # a namespace belongs to a thread
        try:
            _system("unshare", _CLONE_NEWNET)
            made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        except NotPermitted as problem:
            made.append(problem)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if isinstance(made[0], NotPermitted):
        raise made[0]
    return made[0]


class Network:
    """Call before any thread is started: threads stay where they began."""

    def __init__(self, places):
        self.places = range(places)
        _enter_namespaces()
        self._inside = [_new_namespace() for _ in self.places]
        self._run("ip", "link", "set", "lo", "up")
        self._run("ip", "link", "add", "hub", "type", "bridge")
        self._run("ip", "address", "add", "10.77.0.254/24", "dev", "hub")
        self._run("ip", "link", "set", "hub", "up")
        for place in self.places:
            self._connect(place)

    @staticmethod
    def address(place):
        return f"10.77.0.{place + 1}"

    def enter(self, place):
        """Moves the calling process there; for one that has just been forked."""
        _system("setns", self._inside[place], _CLONE_NEWNET)

    # -- what can happen to a link -----------------------------------------------------------------

    def cut(self, link):
        self._receive(link, "drop")

    def lose(self, link, percent):
        self._receive(link, f"numgen random mod 100 < {percent} drop")

    def slow(self, link, kilobytes_per_second):
        """What is more is dropped, as a full queue does."""
        self._receive(link, f"limit rate over {kilobytes_per_second} kbytes/second burst 32 kbytes drop")

    def heal(self):
        for place in self.places:
            self._run("nft", "flush", "chain", "inet", "chaos", "input", place=place)

    def _receive(self, link, what):
        """What becomes of packets between the two places of `link`, in both directions."""
        for here, there in (tuple(link), tuple(link)[::-1]):
            rule = f"ip saddr {self.address(there)} {what}"
            self._run("nft", "add rule inet chaos input", *rule.split(), place=here)

    # -- making it ---------------------------------------------------------------------------------

    def _connect(self, place):
        outer, inner = f"to-{place + 1}", f"from-{place + 1}"
        self._run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner)
        self._run("ip", "link", "set", outer, "master", "hub")
        self._run("ip", "link", "set", outer, "up")
        self._run("ip", "link", "set", inner, "netns", f"/proc/self/fd/{self._inside[place]}")
        self._run("ip", "address", "add", f"{self.address(place)}/24", "dev", inner, place=place)
        for device in "lo", inner:
            self._run("ip", "link", "set", device, "up", place=place)
        self._run("nft", "add table inet chaos; add chain inet chaos input "
                         "{ type filter hook input priority 0; policy accept; }", place=place)

    def _run(self, *command, place=None):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path},
                pass_fds=self._inside, preexec_fn=None if place is None else lambda: self.enter(place))
        except FileNotFoundError as problem:
            raise NotPermitted(f"{command[0]} is not installed: {problem}") from None
        if done.returncode != 0:
            raise NotPermitted(f"{' '.join(command)}: {done.stderr.strip()}")
