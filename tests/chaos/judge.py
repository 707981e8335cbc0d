"""What became of each request, held against what may become of it while a fault lasts."""

from collections import Counter
from dataclasses import dataclass

DETECTED_SECONDS = 3
REJOINED_SECONDS = 5

# Within so long after its node has ended, a session is served by another one (docs/cluster.md, "When a node crashes").
TAKEOVER_SECONDS = 5

# What says that a request was lost on its way.
LOSSES = (200, 404, 502, 503)

# No request that is no concern of a fault may take longer: neither a frozen nor a slow node slows the others.
UNDISTURBED_SECONDS = 5


@dataclass
class Request:
    """One request and what came back."""

    client: str
    what: str  # record, touch, …
    key: str | None  # of what it has a node record
    target: int  # the node that it was sent to
    owner: int | None  # of its session; None without one
    begun: float
    ended: float = 0
    # answered; error: JSON-RPC or HTTP says why; refused: nobody listens there; cut: the connection broke;
    # wrong: somebody else's answer, or none at all
    outcome: str = "wrong"
    status: int = 0
    detail: str = ""

    def __str__(self):
        owner = "no session" if self.owner is None else f"session on node-{self.owner + 1}"
        return (f"{self.client} {self.what} {self.key or ''} to node-{self.target + 1}, {owner}: {self.outcome} "
                f"{self.status} {self.detail} after {self.ended - self.begun:.2f} s")


def is_undisturbed(request, fault):
    """Neither its nodes nor the way between them are the fault's."""
    owner = request.target if request.owner is None else request.owner
    ways = {request.target, owner}
    return not (ways & fault.nodes) and frozenset(ways) not in fault.links


def must_be_taken_over(request, fault, begun):
    return (request.owner in fault.ends and request.target not in fault.nodes
            and request.begun > begun + TAKEOVER_SECONDS)


def complaint(request, fault, begun, times_run):
    """What is wrong with a request's end; None if nothing is."""
    if request.outcome == "wrong":
        return "is no answer to it"
    answered = request.outcome == "answered"
    if answered and request.key is not None and times_run != 1:
        return "was answered without having been run"
    if not answered and times_run and (request.outcome == "refused" or request.status in (404, 503)):
        return "was run although that says it was not"
    if is_undisturbed(request, fault) and not answered:
        return "failed although nothing happened to the nodes and the link that it needs"
    if is_undisturbed(request, fault) and request.ended - request.begun > UNDISTURBED_SECONDS:
        return f"took longer than {UNDISTURBED_SECONDS} s although it needs nothing that was disturbed"
    if must_be_taken_over(request, fault, begun) and not answered:
        return f"failed later than {TAKEOVER_SECONDS} s after its session's node had ended"
    if request.outcome == "refused" and request.target not in fault.ends:
        return "was refused by a node that was there"
    if request.outcome == "cut" and request.target not in fault.nodes:
        return "lost its connection to a node to which nothing had happened"
    if request.status == 404:
        return "found its session gone"
    if request.outcome == "error" and request.status not in LOSSES:
        return "got a status that stands for no loss"
    return None


def judge(requests, journal, fault, begun):
    """All complaints about a round. `begun`: when its fault was."""
    found = []
    for request in requests:
        problem = complaint(request, fault, begun, journal.runs[request.key])
        if problem:
            found.append(f"{request}: {problem}")
    return found


class Journal:
    """The file in which nodes record the keys of what they run (tests/integration/server/recording.cpp)."""

    def __init__(self, path):
        self.path = path
        self.runs = Counter()  # how often, by key
        self._asked = set()
        self._read = 0
        path.touch()

    def asked(self, requests):
        self._asked.update(request.key for request in requests)

    def read(self):
        """What has been recorded since; gives what should not stand there."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        self._read += len(text)
        keys = text.decode().splitlines()
        self.runs.update(keys)
        # Also what was asked for in an earlier round, which a frozen node may have got to only now.
        found = {f"{key} was run {self.runs[key]} times" for key in keys if self.runs[key] > 1}
        return sorted(found | {f"{key} was run, and nobody asked for it" for key in keys if key not in self._asked})
