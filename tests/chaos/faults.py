"""What is done to the cluster in a round, what it may lead to, and what it must lead to."""

import itertools

LINKS = [frozenset(pair) for pair in itertools.combinations(range(3), 2)]


def links_of(place):
    return {link for link in LINKS if place in link}


def others_of(place):
    return [other for other in range(3) if other != place]


class Fault:
    """One kind. `rng` decides the details when it is made; `is_long` allows for those that take long."""

    name = "nothing"
    nodes = frozenset()  # whose own clients may get errors
    links = frozenset()  # over which requests may fail
    ends = frozenset()  # nodes whose process ends, and whose sessions go on elsewhere
    sees = ()  # (observer, lost node): noticed within the time

    def __init__(self, rng, is_long):
        self.seconds = rng.uniform(2.5, 5)

    def begin(self, cluster):
        raise NotImplementedError

    def heal(self, cluster):
        cluster.network.heal()

    def __str__(self):
        return self.name


class NodeFault(Fault):
    """Something happens to one node, and so to its links."""

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.place = rng.randrange(3)
        self.nodes = frozenset({self.place})
        self.links = links_of(self.place)
        self.sees = [(other, self.place) for other in others_of(self.place)]

    def __str__(self):
        return f"{self.name} of node-{self.place + 1}"


class Kill(NodeFault):
    name = "kill -9"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.ends = self.nodes

    def begin(self, cluster):
        cluster.members[self.place].kill()
        cluster.members[self.place].abandon()

    def heal(self, cluster):
        cluster.start(self.place)


class Leave(Kill):
    name = "SIGTERM"

    def begin(self, cluster):
        cluster.members[self.place].stop()  # which must end well


class Freeze(NodeFault):
    name = "SIGSTOP"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.seconds = 30 if is_long and rng.random() < 0.2 else rng.uniform(3, 7)

    def begin(self, cluster):
        cluster.members[self.place].freeze()

    def heal(self, cluster):
        cluster.members[self.place].thaw()


class Partition(NodeFault):
    """One node against two. Each side goes on with what it has, since silence proves no death."""

    name = "partition"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.sees += [(self.place, other) for other in others_of(self.place)]
        self.nodes = frozenset()

    def begin(self, cluster):
        for link in self.links:
            cluster.network.cut(link)


class Cut(Fault):
    """Two nodes do not reach each other, and the third reaches both."""

    name = "cut"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        link = rng.choice(LINKS)
        one, other = sorted(link)
        self.links = {link}
        self.sees = [(one, other), (other, one)]

    def begin(self, cluster):
        for link in self.links:
            cluster.network.cut(link)

    def __str__(self):
        return " and ".join(f"cut between node-{min(link) + 1} and node-{max(link) + 1}" for link in self.links)


class Loss(Fault):
    name = "loss"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.percent = rng.randint(1, 20)
        self.links = set(LINKS)

    def begin(self, cluster):
        for link in self.links:
            cluster.network.lose(link, self.percent)

    def __str__(self):
        return f"loss of {self.percent} %"


class Slow(NodeFault):
    name = "slow links"

    def __init__(self, rng, is_long):
        super().__init__(rng, is_long)
        self.kilobytes = rng.randint(64, 256)
        self.nodes, self.sees = frozenset(), ()

    def begin(self, cluster):
        for link in self.links:
            cluster.network.slow(link, self.kilobytes)

    def __str__(self):
        return f"{super().__str__()}, {self.kilobytes} KB/s"


KINDS = [Kill, Leave, Freeze, Partition, Cut, Loss, Slow]


def faults(rng, count, is_long):
    """So many, each kind as often as the others; a longer run begins as a shorter one does."""
    made = []
    while len(made) < count:
        made += [kind(rng, is_long) for kind in rng.sample(KINDS, len(KINDS))]
    return made[:count]
