"""A bar chart as SVG: one bar for each thing compared, a thin line from its smallest round to its largest. Written by
hand, so that two charts of the same shape differ in their numbers and nothing else."""

from html import escape

WIDTH = 720
LABEL_WIDTH = 150
VALUE_WIDTH = 110
ROW = 30
BAR = 18
TOP = 46
OURS, PEERS, INK = "#1f6feb", "#9aa4b2", "#57606a"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def row(at: int, bar: dict, scale: float, colour: str) -> list[str]:
    top = TOP + at * ROW
    middle = top + BAR / 2
    length, low, high = (bar[key] * scale for key in ("median", "low", "high"))
    return [
        f'<text x="{LABEL_WIDTH - 8}" y="{middle + 4:.0f}" text-anchor="end">{escape(bar["label"])}</text>',
        f'<rect x="{LABEL_WIDTH}" y="{top}" width="{max(1, length):.0f}" height="{BAR}" rx="2" fill="{colour}"/>',
        f'<line x1="{LABEL_WIDTH + low:.0f}" x2="{LABEL_WIDTH + high:.0f}" y1="{middle:.0f}" y2="{middle:.0f}" '
        f'stroke="{INK}" stroke-width="2"/>',
        f'<text x="{LABEL_WIDTH + max(length, high) + 8:.0f}" y="{middle + 4:.0f}">{number(bar["median"])}</text>',
    ]


def svg(title: str, bars: dict) -> str:
    """`bars`: the unit, and for each value label, median, low, high, and perhaps `peer`: it is not Troupe's."""
    values = bars["values"]
    height = TOP + len(values) * ROW + 6
    largest = max(bar["high"] for bar in values) or 1
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / largest
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="13" role="img" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
        f'<text x="{LABEL_WIDTH}" y="36" font-size="11">{escape(bars["unit"])}; median, and all rounds as a line</text>',
    ]
    for at, bar in enumerate(values):
        lines += row(at, bar, scale, PEERS if bar.get("peer") else OURS)
    return "\n".join([*lines, "</svg>"]) + "\n"
