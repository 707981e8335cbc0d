"""What is to be reached: the one place for it. A goal names a figure of a benchmark's result; docs/benchmarks.md and the
end of each run tell which are reached."""

from dataclasses import dataclass

from lab.figures import Figure
from lab.processes import Invalid

AT_LEAST, AT_MOST = "≥", "≤"


@dataclass(frozen=True)
class Goal:
    benchmark: str
    figure: str  # its name in the result
    what: str
    direction: str
    value: float
    unit: str = "×"
    digits: int = 2
    nginx: str = ""  # the figure of nginx for the same, where the kernel has the larger part

    def is_reached(self, found: float) -> bool:
        return found >= self.value if self.direction == AT_LEAST else found <= self.value

    def text(self, value: float) -> str:
        number = f"{value:,.{self.digits}f}"
        return number + self.unit if self.unit == "×" else f"{number} {self.unit}"


GOALS = [
    Goal("echo", "rate_to_nginx", "rate to nginx, which answers with a constant", AT_LEAST, 0.80),
    Goal("echo", "rate_to_typescript", "rate to the TypeScript SDK 1.32.2", AT_LEAST, 25, digits=1),
    Goal("echo", "cpu_to_bare", "CPU per request to bare Beast", AT_MOST, 1.35),
    Goal("modern-echo", "rate_to_nginx", "rate to nginx", AT_LEAST, 0.80),
    Goal("modern-echo", "rate_to_typescript", "rate to the TypeScript SDK 2.4.0", AT_LEAST, 25, digits=1),
    Goal("modern-echo", "cpu_to_bare", "CPU per request to bare Beast", AT_MOST, 1.35),
    *(
        Goal(f"{era}echo-sizes", f"cpu_to_bare_{size}", f"CPU per byte to bare Beast, {size} of arguments", AT_MOST, 1.3)
        for era in ("", "modern-")
        for size in ("1KB", "16KB", "64KB")
    ),
    Goal("pool", "cpu_to_inline", "CPU per request of an actor on the pool to inline", AT_MOST, 1.4),
    Goal("tools-list-100", "rate_to_echo", "rate to echo", AT_LEAST, 0.8, nginx="nginx_rate_to_echo"),
    Goal("echo-idle", "rate_with_5000", "rate with 5,000 idle sessions to none", AT_LEAST, 0.95),
    Goal("echo-idle", "rate_with_18000", "rate with 18,000 idle sessions to none", AT_LEAST, 0.95),
    Goal("echo-tools", "rate_with_100", "rate with 100 tools to one", AT_LEAST, 0.95),
    Goal("echo-tools", "rate_with_5000", "rate with 5,000 tools to one", AT_LEAST, 0.95),
    Goal("io-threads", "cpu_to_one", "CPU per request of two I/O threads to one", AT_MOST, 1.1,
         nginx="nginx_cpu_to_one"),
    Goal("io-threads", "cpu_to_one_session", "the same when all requests are of one session", AT_MOST, 1.1),
    # What follows is measured by latency, memory, fan-out, churn and life cycle.
    Goal("latency", "p50_to_nginx", "p50 to nginx at half of the capacity", AT_MOST, 1.5),
    Goal("latency", "p99_9_to_nginx", "p99.9 to nginx", AT_MOST, 3),
    Goal("memory", "kib_each", "RSS of an idle session with its GET stream", AT_MOST, 4, "KiB"),
    Goal("memory-listen", "kib_each", "RSS of an idle stream of subscriptions/listen", AT_MOST, 3, "KiB"),
    Goal("memory-websocket", "kib_each", "RSS of an idle WebSocket", AT_MOST, 5, "KiB"),
    Goal("memory-keep-alive", "kib_each", "RSS of an idle keep-alive connection", AT_MOST, 2, "KiB"),
    *(
        Goal(f"memory{kind}-tls", "kib_each", f"RSS of an idle {what} over TLS", AT_MOST, 40, "KiB", 1)
        for kind, what in (("", "session"), ("-listen", "stream of subscriptions/listen"),
                           ("-websocket", "WebSocket"), ("-keep-alive", "keep-alive connection"))
    ),
    Goal("fan-out", "rate_to_send_loop", "frames a CPU second to a bare loop of send()", AT_LEAST, 0.8),
    Goal("fan-out", "listen_rate_to_send_loop", "the same to streams of subscriptions/listen", AT_LEAST, 0.8),
    Goal("cluster", "added_p50_us", "latency that forwarding a call adds at the median", AT_MOST, 400, "µs", 0),
    Goal("cluster", "cpu_to_local", "CPU of both nodes for a forwarded call to a local one", AT_MOST, 3),
    Goal("cluster", "fan_out_cpu_to_one", "CPU of three nodes for a frame to that of one", AT_MOST, 1.2),
    Goal("churn", "rate_to_quarter_echo", "lifecycles a second to a quarter of echo's rate", AT_LEAST, 0.6),
    Goal("churn-million", "rss_growth_bytes_each", "RSS that a session leaves behind", AT_MOST, 1, "bytes"),
    Goal("million", "sessions", "idle sessions at once, each with its GET stream", AT_LEAST, 1_000_000, "sessions", 0),
    Goal("million", "server_bytes_each", "memory of the servers for each", AT_MOST, 8_192, "bytes", 0),
    Goal("start", "first_answer_ms", "start to first answer", AT_MOST, 50, "ms", 0),
    Goal("start", "idle_rss_mb", "RSS of an idle process", AT_MOST, 12, "MB", 1),
    Goal("drain", "drain_seconds", "drain with 15,000 idle sessions", AT_MOST, 1, "s"),
]

HEADING = ["benchmark", "goal", "", "measured", "reached"]


def figure_of(result: dict, name: str) -> Figure:
    found = result["figures"].get(name)
    if found is None:
        raise Invalid(f"{result['benchmark']} has no figure {name}, which a goal names")
    return Figure(**found)


def judge(results: list[dict]) -> list[list[str]]:
    """A row for each goal of the benchmarks that were measured."""
    by_name = {result["benchmark"]: result for result in results}
    rows = []
    for goal in GOALS:
        if goal.benchmark not in by_name:
            continue
        measured = figure_of(by_name[goal.benchmark], goal.figure)
        spread = f"{goal.text(measured.median)} ({measured.low:,.{goal.digits}f}–{measured.high:,.{goal.digits}f})"
        if goal.nginx:
            spread += f"; nginx {goal.text(figure_of(by_name[goal.benchmark], goal.nginx).median)}"
        reached = "yes" if goal.is_reached(measured.median) else "no"
        rows.append([goal.benchmark, goal.what, f"{goal.direction} {goal.text(goal.value)}", spread, reached])
    return rows
