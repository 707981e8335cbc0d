"""A run as pages: docs/benchmarks.md with the goals and every table, a chart for each benchmark, and the goals once more
in README.md."""

from datetime import datetime
from pathlib import Path

from lab import chart, goals, kept
from lab.comparison import DISTURBED_NOTE
from lab.processes import Invalid
from lab.servers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
CHARTS = ROOT / "docs" / "benchmarks"

README = ROOT / "README.md"
BEGIN, END = "<!-- written by ./dev bench --publish -->\n", "<!-- until here -->\n"
CHARTS_OF_README = ("echo", "modern-echo")

# Taken from bench/kept/, because they are measured by hand.
BY_HAND = ["churn-million", "million"]

METHOD = """\
{date}, revision `{revision}`; {cpu}, {cores} cores, Linux {kernel}; {rounds} rounds of {seconds} s for each server,
in turns. Server on one core, load on another, over loopback. Troupe runs with its defaults: limits, metrics, timeouts,
schema validation and supervision are on. Figures are medians; in brackets, or after ±, the rounds.
"""

ABOUT = """\
# Benchmarks

Written by `./dev bench --publish`; not to be edited. [`bench/README.md`](../bench/README.md) tells what is measured, how,
and what it cannot show.
"""


def markdown(rows: list[list[str]], left: int = 1) -> str:
    heading, *rest = rows
    rule = ["---" if column < left else "---:" for column in range(len(heading))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, rule, *rest])


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def section(result: dict) -> str:
    name = result["benchmark"]
    parts = [f"## {name}", capitalised(result["title"]) + "."]
    if result.get("bars"):
        parts.append(f"![{name}](benchmarks/{name}.svg)")
    parts.append(markdown(result["table"]))
    if result.get("notes"):
        parts.append("\n".join(f"- {note}" for note in result["notes"]))
    return "\n\n".join(parts)


def section_by_hand(results: dict, result: dict) -> str:
    return f"{section(result)}\n\nBy hand, {date_of(results)}, revision `{results['revision']}`."


def date_of(results: dict) -> str:
    return datetime.fromisoformat(results["date"]).strftime("%Y-%m-%d %H:%M %z")


def method(results: dict) -> str:
    return METHOD.format(**{**results, "date": date_of(results)}, **results["machine"]).strip()


def table_of_goals(results: dict) -> str:
    by_hand = [result for _, result in kept.latest(BY_HAND)]
    judged = goals.judge([*results["benchmarks"], *by_hand])
    missed = sum(row[-1] == "no" for row in judged)
    verdict = f"{len(judged) - missed} of {len(judged)} goals are reached."
    return "\n\n".join([verdict, markdown([goals.HEADING, *judged], left=2), *reservations(results)])


def reservations(results: dict) -> list[str]:
    """What a reader should know before believing the table."""
    found = [f"**{name} was not measured**: {reason.splitlines()[0]}" for name, reason in results["invalid"].items()]
    disturbed = [
        result["benchmark"]
        for result in results["benchmarks"]
        if any(note.startswith(DISTURBED_NOTE) for note in result.get("notes", []))
    ]
    if disturbed:
        found.append(f"**The machine was not quiet**; rates are not to be trusted in: {', '.join(disturbed)}.")
    return found


def page(results: dict) -> str:
    sections = [section(result) for result in results["benchmarks"]]
    sections += [section_by_hand(*one) for one in kept.latest(BY_HAND)]
    parts = [ABOUT.strip(), method(results), "## Goals", table_of_goals(results), *sections]
    return "\n\n".join(parts) + "\n"


def readme(before: str, results: dict) -> str:
    """The text of README.md with what stands between the marks written anew."""
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise Invalid(f"README.md has no {BEGIN.strip()} and {END.strip()} any more")
    charts = [f"![{name}](docs/benchmarks/{name}.svg)" for name in CHARTS_OF_README]
    block = "\n\n".join([method(results), table_of_goals(results), *charts])
    return f"{head}{begin}\n{block}\n\n{end}{tail}"


def publish(results: dict) -> list[Path]:
    """Writes the page, the charts and README's part; gives their paths. Charts of benchmarks that are gone are removed."""
    CHARTS.mkdir(exist_ok=True)
    for old in CHARTS.glob("*.svg"):
        old.unlink()
    README.write_text(readme(README.read_text(), results))
    PAGE.write_text(page(results))
    written = [README, PAGE]
    for result in [*results["benchmarks"], *(one for _, one in kept.latest(BY_HAND))]:
        if result.get("bars"):
            written.append(CHARTS / f"{result['benchmark']}.svg")
            written[-1].write_text(chart.svg(capitalised(result["title"]), result["bars"]))
    return written
