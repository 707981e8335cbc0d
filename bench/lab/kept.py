"""What was measured by hand and kept in bench/kept/, for the pages."""

import json

from lab.servers import ROOT

FOLDER = ROOT / "bench" / "kept"


def latest(names: list[str]) -> list[tuple[dict, dict]]:
    """For each name the newest result that is there, with the run that it belongs to."""
    found: dict[str, tuple[dict, dict]] = {}
    for path in sorted(FOLDER.glob("*.json")):  # named by their dates
        results = json.loads(path.read_text())
        for result in results["benchmarks"]:
            found[result["benchmark"]] = results, result
    return [found[name] for name in names if name in found]
