"""What requests took in instructions when a baseline was accepted, and whether they take more now. Compiler, libraries and
processor have their say, so each kind of machine has a baseline of its own in bench/instructions.json."""

import json
import platform
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab.processes import Invalid
from lab.servers import BUILD

TOLERANCE = 0.05


def compiler() -> str:
    cache = (BUILD / "CMakeCache.txt").read_text()
    path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache, re.MULTILINE)[1]
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    name = "clang" if "clang" in version else "g++"
    return f"{name} {re.search(r'[0-9]+[.][0-9]+[.][0-9]+', version)[0]}"


def system() -> str:
    release = platform.freedesktop_os_release()
    return f"{release.get('NAME', 'Linux').split()[0]} {release.get('VERSION_ID', 'unknown')}"


def processor() -> str:
    """The C library chooses its functions by it, under valgrind too."""
    has_avx2 = re.search(r"\bavx2\b", Path("/proc/cpuinfo").read_text()) is not None
    return platform.machine() + (" with AVX2" if has_avx2 else "")


def this_machine() -> str:
    return ", ".join([compiler(), system(), processor()])


@dataclass
class Verdict:
    good: bool = True
    lines: list[str] = field(default_factory=list)


def read(path: Path) -> dict[str, dict[str, int]]:
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text())
    except ValueError as problem:
        raise Invalid(f"{path} is not JSON: {problem}; take it from the last commit") from problem


def accept(path: Path, machine: str, counts: dict[str, float]) -> None:
    found = read(path)
    found[machine] = {**found.get(machine, {}), **{name: round(count) for name, count in counts.items()}}
    path.write_text(json.dumps(dict(sorted(found.items())), indent=2) + "\n")


def judge(counts: dict[str, float], path: Path, machine: str) -> Verdict:
    baseline, verdict = read(path).get(machine), Verdict()
    if baseline is None:
        verdict.lines = [f"{name} takes {count:,.0f} instructions a request" for name, count in counts.items()]
        verdict.lines.append("There is no baseline for this machine, so nothing was compared. Make one with "
                             "./dev bench --guard --accept")
        return verdict
    for name, count in counts.items():
        judge_one(name, count, baseline.get(name), verdict)
    if not verdict.good:
        verdict.lines += [
            "What takes them: bench/profile callgrind NAME, here and on the commit before.",
            "If the change is worth it: ./dev bench --guard --accept, and commit bench/instructions.json with the reason.",
        ]
    return verdict


def judge_one(name: str, count: float, before: int | None, verdict: Verdict) -> None:
    takes = f"{name} takes {count:,.0f} instructions a request"
    if before is None:
        verdict.lines.append(f"{takes}; it has no baseline yet: ./dev bench --guard --accept")
        return
    change = count / before - 1
    if change > TOLERANCE:
        verdict.good = False
        verdict.lines.append(
            f"TOO MANY: {takes}, {change:.1%} more than the {before:,} of the baseline; "
            f"{TOLERANCE:.0%} are allowed"
        )
    elif change < -TOLERANCE:
        verdict.lines.append(
            f"{takes}, {-change:.1%} fewer than the {before:,} of the baseline: "
            "keep the gain with ./dev bench --guard --accept"
        )
    else:
        verdict.lines.append(f"{takes}; baseline {before:,}, {change:+.1%}")
