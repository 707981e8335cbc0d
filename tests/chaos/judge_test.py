"""The judge of the rounds can find fault: what may not happen is told, what may happen is not."""

import random

import pytest
from faults import KINDS, Cut, Fault, Freeze, Kill, Loss, faults
from judge import TAKEOVER_SECONDS, Journal, Request, judge


class Place:
    """A generator that always chooses the same node or link."""

    def __init__(self, place):
        self.place = place

    def uniform(self, low, high):
        return low

    def randrange(self, *_):
        return self.place

    def randint(self, low, high):
        return low

    def random(self):
        return 1.0

    def choice(self, values):
        return values[self.place]


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal")


def make(target, owner, outcome="answered", status=200, took=0.1, key=None):
    return Request("client", "record", key, target, owner, 100, 100 + took, outcome, status)


def complaints(request, fault, journal, runs=()):
    journal.asked([request])
    with journal.path.open("a") as file:
        file.writelines(f"{key}\n" for key in runs)
    return journal.read() + judge([request], journal, fault, 99)


def test_what_may_happen_is_no_fault(journal):
    kill, loss = Kill(Place(0), False), Loss(Place(0), False)
    assert complaints(make(1, 2, key="a"), kill, journal, ["a"]) == []
    assert complaints(make(0, 0, "cut", 0, key="b"), kill, journal, ["b"]) == []
    assert complaints(make(0, 1, "refused", 0), kill, journal) == []
    assert complaints(make(1, 0, "error", 502, key="c"), kill, journal, ["c"]) == []
    assert complaints(make(1, 0, "error", 503), kill, journal) == []
    assert complaints(make(1, 2, "error", 502), loss, journal) == []


@pytest.mark.parametrize("request_, runs", [
    (make(1, 2, key="a"), ["a", "a"]),  # run twice
    (make(1, 0, "error", 502, key="a"), ["a", "a"]),
    (make(1, 2, key="a"), []),  # answered, but not run
    (make(1, 2, key="a"), ["a", "b"]),  # somebody else's
    (make(1, 0, "error", 503, key="a"), ["a"]),  # says that it may be repeated
    (make(0, 0, "refused", 0, key="a"), ["a"]),
    (make(1, 1, "error", 502), []),  # the session's node is there, and was asked itself
    (make(1, 2, "error", 503), []),
    (make(1, None, "error", 500), []),  # needs no other node
    (make(1, 2, took=60), []),
    (make(1, 0, "cut", 0), []),  # the node that was asked is there
    (make(1, 0, "refused", 0), []),
    (make(1, 0, "wrong"), []),
    (make(1, 0, "error", 400), []),
])
def test_what_may_not_happen_is_told(journal, request_, runs):
    assert complaints(request_, Kill(Place(0), False), journal, runs)


def test_a_session_outlives_what_does_not_end_its_node(journal):
    for fault in Freeze(Place(0), False), Cut(Place(0), False), Loss(Place(0), False):
        assert complaints(make(1, 0, "error", 404), fault, journal)


def test_a_session_is_taken_over_in_time(journal):
    kill = Kill(Place(0), False)
    assert complaints(make(1, 0, "error", 404), kill, journal)
    late = make(1, 0, "error", 503)
    late.begun += TAKEOVER_SECONDS
    assert complaints(late, kill, journal)
    late.target = 0  # nobody is there
    assert complaints(late, kill, journal) == []


def test_when_all_is_well_everything_is_answered(journal):
    well = Fault(random.Random(1), False)
    for outcome, status in ("error", 502), ("error", 404), ("cut", 0), ("refused", 0):
        assert complaints(make(1, 0, outcome, status), well, journal)


def test_what_comes_late_is_counted_too(journal):
    frozen = Freeze(Place(0), False)
    assert complaints(make(1, 0, "error", 502, key="late"), frozen, journal) == []
    assert complaints(make(1, 0, "error", 502, key="other"), frozen, journal, ["late"]) == []
    assert complaints(make(1, 0, "error", 502, key="third"), frozen, journal, ["late"])


def test_every_kind_has_its_turn():
    made = faults(random.Random(1), 2 * len(KINDS), False)
    for kind in KINDS:
        assert sum(type(one) is kind for one in made) == 2
    assert [str(one) for one in made] == [str(one) for one in faults(random.Random(1), len(made), False)]
