"""What a comparison of servers comes to: ratios of neighbouring rounds, a table, a chart, and remarks on what may have
disturbed it."""

from dataclasses import dataclass

from lab.contender import Contenders
from lab.figures import Figure, figure

# Above this share of a round, other processes had a part in the result.
DISTURBED = 0.05
DISTURBED_NOTE = "other processes took"

# What is not Troupe has another colour in charts.
PEERS = ("nginx", "bare beast", "typescript", "send loop")

HEADING = ["", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "in kernel", "core", "RSS MB"]


@dataclass(frozen=True)
class Ratio:
    """`what` (rate or cpu_us) of one contender by that of another, round by round."""

    name: str
    what: str
    of: str
    to: str

    def figure(self, contenders: Contenders) -> Figure:
        pairs = zip(contenders[self.of].values(self.what), contenders[self.to].values(self.what))
        return figure([one / other for one, other in pairs])


UNITS = {"rate": "requests/s", "cpu_us": "µs CPU per request"}


def conclude(name: str, title: str, contenders: Contenders, ratios: list[Ratio], bars: str = "rate") -> dict:
    """`bars`: what the chart shows, rate or cpu_us."""
    servers = {who: each.as_json() for who, each in contenders.items()}
    return {
        "benchmark": name,
        "title": title,
        "figures": {each.name: each.figure(contenders).as_json() for each in ratios},
        "table": [list(HEADING), *(row_of(who, of) for who, of in servers.items())],
        "bars": {"unit": UNITS[bars], "values": bars_of(contenders, bars)},
        "notes": remarks(servers),
        "servers": servers,
    }


def bars_of(contenders: Contenders, what: str) -> list[dict]:
    return [
        {"label": who, "peer": who.startswith(PEERS), **each.figure(what).bar()}
        for who, each in contenders.items()
    ]


def row_of(who: str, of: dict) -> list[str]:
    return [
        who,
        Figure(**of["rate"]).short(),
        Figure(**of["latency_p50_us"]).short(),
        Figure(**of["latency_p99_us"]).short(),
        Figure(**of["cpu_us"]).short(1),
        f"{of['kernel_us']['median']:.1f}",
        f"{of['server_share']['median']:.0%}",
        f"{of['rss_bytes'] / 1e6:.1f}",
    ]


def remarks(servers: dict[str, dict]) -> list[str]:
    found = []
    for name, of in servers.items():
        if of["server_share"]["median"] < 0.9 and of["load_share"]["median"] > 0.9:
            found.append(f"the load, not {name}, was the limit of its rate")
        others = max(of["waited_share"]["median"], of["load_others_share"]["median"])
        if others > DISTURBED:
            found.append(
                f"{DISTURBED_NOTE} {others:.0%} of a core while {name} was measured; "
                "trust CPU per request, not rates"
            )
    return found
