"""What every benchmark of the laboratory is: a name, and a function that measures and returns a result.

A result is a dictionary that is written as it is. Some keys mean the same for all (README.md, "A result")."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.processes import Cores


@dataclass(frozen=True)
class Run:
    """How the command line wants it measured."""

    cores: Cores
    rounds: int
    seconds: int
    repeat: int  # of what needs a server of its own each time
    levels: tuple[int, ...]  # memory: numbers of connections between which the slope is taken
    smoke: bool  # as little as shows that it works
    say: Callable[[str], None]


@dataclass(frozen=True)
class Benchmark:
    name: str
    measure: Callable[[Run], dict]
    by_hand: bool = False  # only when it is named
