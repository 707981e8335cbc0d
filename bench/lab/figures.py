"""Medians, their spread, and tables."""

from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """The median of the rounds, and the smallest and the largest of them."""

    median: float
    low: float
    high: float
    rounds: list[float]

    def as_json(self) -> dict:
        return asdict(self)

    def bar(self) -> dict:
        """For a chart."""
        return {"median": self.median, "low": self.low, "high": self.high}

    def text(self, digits: int = 0, factor: float = 1) -> str:
        middle, low, high = (
            f"{value * factor:,.{digits}f}" for value in (self.median, self.low, self.high)
        )
        return f"{middle} ({low}–{high})"

    def short(self, digits: int = 0) -> str:
        """The median, and half the distance from the smallest to the largest round in per cent."""
        spread = (self.high - self.low) / 2 / self.median if self.median else 0
        return f"{self.median:,.{digits}f} ±{spread:.0%}"


def figure(values: list[float]) -> Figure:
    return Figure(median(values), min(values), max(values), list(values))


def table(rows: list[list[str]], left: int = 1) -> str:
    """The first row is the heading; the first columns, as many as `left`, are flush left, the others flush right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:left], widths)]
        cells += [cell.rjust(width) for cell, width in zip(row[left:], widths[left:])]
        lines.append("  " + "  ".join(cells).rstrip())
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return "\n".join(lines)
